import { NOTHING, worth } from '../../../src/prices/usd'
import type { StatementLine } from '../../../src/statements/lines'
import type { StatementHead } from '../../../src/statements/seal/head'
import { SealedStatement } from '../../../src/statements/seal/sealedStatement'
import type { TokenTotal } from '../../../src/statements/tokenTotals'
import { NO_WORTH, type Worth, worthOf } from '../../../src/statements/worth'

/** Statements without a database, for tests of what is written of them. */

export const CHAIN = 'eip155:1514'
const LOCAL = 'eip155:31337'
export const ALICE = `0x${'a11ce'.padStart(40, '0')}`
export const USDC = `${CHAIN}/erc20:0x${'c6'.padStart(40, '0')}`
export const FAKE = `${CHAIN}/erc20:0x${'bad'.padStart(40, '0')}`
export const MUTE = `${LOCAL}/erc20:0x${'3'.padStart(40, '0')}`
export const EVIL = '=HYPERLINK("http://x","click, me")'
const NAMES = [
  'llama',
  EVIL,
  `'@SUM(A1)`,
  'a\r\nb',
  '通义千问 𝔘 مرحبا \u202e',
  '<a href="&amp;">]]>\u0001\ufffe_x0041_',
  '; } " \\ {{ (c) |',
  '',
  '-1',
  ' ',
  '\u{1F600}'.repeat(250),
]
const START = Date.UTC(2026, 0, 1)
const hex = (value: number) => `0x${value.toString(16).padStart(64, '0')}`

interface Shape {
  lines?: number
  complete?: boolean
  /** amounts of up to 2^256 */
  huge?: boolean
  /** lines of one read */
  batch?: number
}

/** A statement of tokens of which two have the same symbol, and one none, with names that people would rather not write. */
export function sample(shape: Shape = {}): SealedStatement {
  return new SealedStatement(sourceOf(shape))
}

export function sourceOf({ lines = 12, complete = true, huge = true, batch = 5 }: Shape = {}) {
  const totals = [
    total(USDC, 'USDC', 6, 5_000_000n),
    total(FAKE, 'usdc', 18, 0n),
    total(MUTE, null, null, 7n),
  ]
  for (const total of totals) total.openingWorth = priced(total, total.opening, new Date(START))
  const all = Array.from({ length: lines }, (_, i) => lineOf(i, totals[i % 3]!, huge))
  const head: StatementHead = {
    number: 'ab'.repeat(16),
    replaces: 'cd'.repeat(16),
    account: ALICE,
    from: new Date(START),
    to: new Date(START + 31 * 86_400_000),
    complete,
    prices: { version: '0123456789abcdef-3', heights: [{ chain: 'eip155:1', height: 77 }] },
    asOf: [CHAIN, LOCAL].map(chain => ({
      chain,
      height: 1000,
      hash: hex(1000),
      time: new Date(START + 40 * 86_400_000),
      coveredUntil: new Date(START + 31 * 86_400_000),
      covered: complete,
    })),
    tokens: totals,
    lineCount: lines,
  }
  for (const total of totals) total.closingWorth = priced(total, total.closing, head.to)
  return {
    ...head,
    async *batches() {
      for (let i = 0; i < lines; i += batch) yield all.slice(i, i + batch)
    },
  }
}

function total(token: string, symbol: string | null, decimals: number | null, opening: bigint): TokenTotal {
  const chain = token.split('/')[0]!
  return {
    chain,
    token,
    symbol,
    decimals,
    described: true,
    opening,
    accrued: 0n,
    claimed: 0n,
    closing: opening,
    openingWorth: NO_WORTH,
    closingWorth: NO_WORTH,
  }
}

/** Of a token with a price, of one whose price is missing, and of one that is a share of a pool of the first. */
function priced({ token, decimals }: TokenTotal, amount: bigint, at: Date): Worth {
  if (amount === 0n) return worthOf(token, { usd: NOTHING })
  if (token === FAKE) return worthOf(token, { usd: null, missing: FAKE })
  const of = { amount: token === USDC ? amount : amount * 3n, decimals: decimals ?? 6 }
  const price = {
    id: `${CHAIN}/77-1`,
    tokenId: USDC,
    source: EVIL,
    value: 99_987_654n,
    decimals: 8,
    reportedAt: new Date(at.getTime() - 61_500),
    ageSeconds: 61,
  }
  return worthOf(token, { usd: worth(of.amount, of.decimals, price), price, of })
}

/** Also counts it in its token's totals. */
function lineOf(i: number, total: TokenTotal, huge: boolean): StatementLine {
  const isClaim = i % 4 === 3 && total.closing > 0n
  const accrued = huge && i % 5 === 0 ? 2n ** 255n + BigInt(i) : BigInt(i) * 1_234_567n - 2_000_000n
  const amount = isClaim ? total.closing / 3n + 1n : accrued
  if (isClaim) total.claimed += amount
  else total.accrued += amount
  total.closing += isClaim ? -amount : amount
  const name = (n: number) => NAMES[n % NAMES.length]!
  return {
    time: new Date(START + i * 60_000),
    chain: total.chain,
    block: 10 + i,
    transaction: hex(i + 77),
    logIndex: i % 7,
    kind: isClaim ? 'CLAIMED' : 'ACCRUED',
    token: total.token,
    model: isClaim && i % 8 === 7 ? null : `${total.chain}/story:0x${i % 4}`,
    modelName: isClaim ? null : name(i),
    sourceModel: isClaim ? null : i % 6 === 0 ? EVIL : `${total.chain}/story:0x${i % 9}`,
    sourceModelName: isClaim || i % 6 === 0 ? null : name(i + 1),
    path: isClaim
      ? null
      : Array.from({ length: i === 6 ? 900 : 2 }, (_, n) => `${total.chain}/story:0x${n}`).join(' > '),
    sharePpm: isClaim ? null : i,
    ...priced(total, amount, new Date(START + i * 60_000)),
    amount,
    balance: total.closing,
  }
}
