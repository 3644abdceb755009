import { decodeAbiParameters, type Hex, hexToString } from 'viem'
import type { Token } from '../model'
import type { RpcPool } from '../rpc/rpcPool'

/** Token metadata known from config, by lower-case address. */
export type KnownTokens = Record<string, { symbol: string; name?: string; decimals: number }>

/** ERC-20 `symbol()`, `name()`, `decimals()`. */
const SELECTORS = { symbol: '0x95d89b41', name: '0x06fdde03', decimals: '0x313ce567' } as const

/**
 * Fills in symbol, name and decimals of tokens seen for the first time: from config, else from the contract by
 * `eth_call` at the latest block (they are constants of the contract; a past block may need an archive node).
 * What cannot be read stays null: a token without metadata is still counted in its smallest unit.
 */
export async function describeTokens(tokens: Token[], known: KnownTokens, call: TokenCall): Promise<void> {
  const unknown: Token[] = []
  for (const token of tokens) {
    const metadata = known[token.address]
    if (metadata) {
      token.symbol = metadata.symbol
      token.name = metadata.name ?? metadata.symbol
      token.decimals = metadata.decimals
    } else if (/^0x[0-9a-f]{40}$/.test(token.address)) unknown.push(token)
  }
  await Promise.all(
    unknown.map(async token => {
      const [symbol, name, decimals] = await Promise.all([
        call(token.address, SELECTORS.symbol),
        call(token.address, SELECTORS.name),
        call(token.address, SELECTORS.decimals),
      ])
      token.symbol = readText(symbol)
      token.name = readText(name)
      token.decimals = readDecimals(decimals)
    }),
  )
}

/** `eth_call` at the latest block; null where the call reverts or the endpoint has no state (a recording). */
export type TokenCall = (address: string, data: string) => Promise<string | null>

/** Asks a chain's endpoints, and waits while none answers: a token is described once. */
export function tokenCallOn(rpc: RpcPool): TokenCall {
  return async (address, data) => {
    try {
      return await rpc.call<string>('eth_call', [{ to: address, data }, 'latest'])
    } catch {
      return null // refused: the contract reverts, or the endpoint has no state
    }
  }
}

/** A string, or (MKR and other early tokens) a bytes32 padded with zeros. NUL bytes, which Postgres refuses, go. */
function readText(data: string | null): string | null {
  if (data === null || data === '0x') return null
  try {
    const text =
      data.length === 66
        ? hexToString(data as Hex, { size: 32 })
        : decodeAbiParameters([{ type: 'string' }], data as Hex)[0]
    return text.split('\u0000').join('').slice(0, 200) || null
  } catch {
    return null
  }
}

function readDecimals(data: string | null): number | null {
  if (data === null || data === '0x' || data.length < 66) return null
  const value = BigInt(data.slice(0, 66))
  return value <= 255n ? Number(value) : null
}
