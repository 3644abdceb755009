import type { Pool } from 'pg'
import { tokenId } from '../../ledger/ids'
import type { Token } from '../../model'

/** Token metadata known from config, by lower-case address. */
export type KnownTokens = Record<string, { symbol: string; name?: string; decimals: number }>

/** Fills in new rows as far as that takes no question to the chain: the others are for the TokenDescriber. */
export function describeFromConfig(tokens: Token[], known: KnownTokens): void {
  for (const token of tokens) {
    const metadata = known[token.address]
    if (metadata) {
      token.symbol = metadata.symbol
      token.name = metadata.name ?? metadata.symbol
      token.decimals = metadata.decimals
    }
    // What is no contract, the chain's own coin, can be told by config alone.
    token.described = metadata !== undefined || !/^0x[0-9a-f]{40}$/.test(token.address)
  }
}

/** The same for rows that are there already: config may have learned of a token since. */
export async function describeAnew(pool: Pool, chain: string, known: KnownTokens): Promise<void> {
  for (const [address, { symbol, name = symbol, decimals }] of Object.entries(known)) {
    await pool.query({
      name: 'token-configured',
      text: `UPDATE token SET symbol = $2, name = $3, decimals = $4, described = true
              WHERE id = $1 AND (symbol, name, decimals, described) IS DISTINCT FROM ($2, $3, $4, true)`,
      values: [tokenId(chain, address), symbol, name, decimals],
    })
  }
}
