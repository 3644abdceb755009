interface Labelled {
  token: string
  symbol: string | null
}

/**
 * How each token is called among these, by id: by its symbol alone where no other has it, else with its id beside it.
 * Anyone can make a token of any symbol, so symbols that look the same to a reader count as the same, and one that
 * holds an id as we write it is never believed alone.
 */
export function tokenLabels(tokens: readonly Labelled[]): Map<string, string> {
  const holders = new Map<string, Set<string>>()
  for (const { token, symbol } of tokens) {
    if (symbol === null) continue
    const look = lookOf(symbol)
    const ids = holders.get(look) ?? new Set()
    holders.set(look, ids.add(token))
  }
  return new Map(
    tokens.map(({ token, symbol }) => {
      if (symbol === null || symbol.trim() === '') return [token, token]
      const isAlone = holders.get(lookOf(symbol))!.size === 1 && !symbol.includes('/')
      return [token, isAlone ? symbol : qualified(symbol, token)]
    }),
  )
}

export function qualified(symbol: string, token: string): string {
  return `${symbol} (${token})`
}

/** Compatibility forms, case and what cannot be seen left aside. */
function lookOf(symbol: string): string {
  return symbol
    .normalize('NFKC')
    .replace(/[\p{C}\p{Z}]/gu, '')
    .toLowerCase()
}
