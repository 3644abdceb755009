/**
 * Where people look at a transaction: `<base>/tx/<hash>`. Links are part of what a statement's hash is of, so an entry
 * that is here once stays as it is.
 */
export const EXPLORERS: Record<string, string> = {
  'eip155:1': 'https://etherscan.io',
  'eip155:10': 'https://optimistic.etherscan.io',
  'eip155:56': 'https://bscscan.com',
  'eip155:137': 'https://polygonscan.com',
  'eip155:1315': 'https://aeneid.storyscan.io',
  'eip155:1514': 'https://www.storyscan.io',
  'eip155:8453': 'https://basescan.org',
  'eip155:17000': 'https://holesky.etherscan.io',
  'eip155:42161': 'https://arbiscan.io',
  'eip155:84532': 'https://sepolia.basescan.org',
  'eip155:11155111': 'https://sepolia.etherscan.io',
}

/** Null: no explorer of the chain is known. */
export function explorerLink(chain: string, transaction: string): string | null {
  const base = EXPLORERS[chain]
  return base === undefined ? null : `${base}/tx/${transaction}`
}
