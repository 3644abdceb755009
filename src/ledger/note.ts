/** Told how to take back what was just changed in a note. */
type Changed = (undo: () => void) => void

/**
 * What a file of the ledger remembers between the events of one transaction, where a log says only half of what
 * happened. Declared once as a constant; see `LedgerState.note`.
 */
export class Note<K, V> {
  declare private readonly keeps: [K, V]
}

/**
 * A note's content. What a log noted can be taken back one change at a time: were it copied for each log, a transaction
 * of n logs would cost n² steps. So values are never changed in place.
 */
export class Noted<K, V> {
  private readonly map = new Map<K, V>()

  constructor(private readonly changed: Changed) {}

  get(key: K): V | undefined {
    return this.map.get(key)
  }

  values(): V[] {
    return [...this.map.values()]
  }

  /** @param value undefined: none */
  set(key: K, value: V | undefined): void {
    const before = this.map.get(key)
    this.put(key, value)
    this.changed(() => this.put(key, before))
  }

  /** The value, which is none from here on. */
  take(key: K): V | undefined {
    const value = this.map.get(key)
    if (value !== undefined) this.set(key, undefined)
    return value
  }

  private put(key: K, value: V | undefined): void {
    if (value === undefined) this.map.delete(key)
    else this.map.set(key, value)
  }
}

/** Several values under one key, the last one first. */
export interface Stack<T> {
  top: T
  rest: Stack<T> | undefined
}

/** Puts a value upon those of the key. */
export function push<K, T>(noted: Noted<K, Stack<T>>, key: K, top: T): void {
  noted.set(key, { top, rest: noted.get(key) })
}

/** Takes the last value of the key. */
export function pop<K, T>(noted: Noted<K, Stack<T>>, key: K): T | undefined {
  const stack = noted.get(key)
  if (stack) noted.set(key, stack.rest)
  return stack?.top
}
