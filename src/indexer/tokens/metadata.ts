import { decodeAbiParameters, type Hex, hexToString } from 'viem'

/** What a token says of itself; null: it says none. */
export interface Metadata {
  symbol: string | null
  name: string | null
  /** 0 to 255: a uint8 of ERC-20 */
  decimals: number | null
}

/** ERC-20 `symbol()`, `name()`, `decimals()`. */
export const SELECTORS = { symbol: '0x95d89b41', name: '0x06fdde03', decimals: '0x313ce567' } as const

/** Characters kept of a symbol or a name: anyone can deploy a token, and of any length. */
const LONGEST = 200

/** Of each call: the data that it returned; null: it reverted. */
export type Returned = Record<keyof typeof SELECTORS, string | null>

/** Reads what the calls returned. Nothing that a contract can return throws. */
export function readMetadata({ symbol, name, decimals }: Returned): Metadata {
  return { symbol: readText(symbol), name: readText(name), decimals: readDecimals(decimals) }
}

/** A string, or (MKR and other early tokens) a bytes32 padded with zeros. NUL bytes, which Postgres refuses, go. */
function readText(data: string | null): string | null {
  if (data === null || data === '0x') return null
  try {
    const text =
      data.length === 66
        ? hexToString(data as Hex, { size: 32 })
        : decodeAbiParameters([{ type: 'string' }], data as Hex)[0]
    const kept = text.split('\u0000').join('').slice(0, LONGEST)
    return kept.replace(/[\ud800-\udbff]$/, '') || null // half a character at the cut
  } catch {
    return null
  }
}

function readDecimals(data: string | null): number | null {
  if (data === null || data.length < 66) return null
  const value = BigInt(data.slice(0, 66))
  return value <= 255n ? Number(value) : null
}
