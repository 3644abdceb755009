/** The rows of each key, in the rows' order: what a DataLoader gives back. Linear, since a page has thousands of keys. */
export function grouped<R>(keys: readonly string[], rows: readonly R[], keyOf: (row: R) => unknown): R[][] {
  const groups = new Map<unknown, R[]>(keys.map(key => [key, []]))
  for (const row of rows) groups.get(keyOf(row))?.push(row)
  return keys.map(key => groups.get(key)!)
}
