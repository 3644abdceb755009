import { newestFinalBlocks } from '../postgres/finalBlocks'
import { type ChainHeight, readHeights } from '../postgres/heights'
import { isInstant, parseInstant } from '../postgres/instant'
import type { Snapshot } from '../postgres/snapshot'
import type { Policies } from '../prices/policy'
import { type BlockHeight, type ChainCoverage, coverageAt, requireCovered } from './coverage'
import { StatementError } from './errors'
import { isNumber, numberOf } from './number'
import { type PriceBasis, priceBasis } from './priceBasis'

/** What somebody asks for, as it came: from a URL, a command line or GraphQL. */
export interface StatementInput {
  /** CAIP-10, or an address: then on every chain */
  account: string
  /** inclusive, ISO 8601 with a zone, or a date (its first moment, UTC) */
  from: string | Date
  /** exclusive */
  to: string | Date
  /** heights to answer at; a chain not named is answered at its newest final block whose time is known */
  asOf?: readonly BlockHeight[]
  /** a period that is not over, or not covered yet, is stated as far as it is known; else it is refused */
  partial?: boolean
  /** number of the statement in whose place this one stands */
  replaces?: string
  /** version of the prices to value with: see docs/prices.md; else what counts now */
  prices?: string
}

/** The same, checked: everything that decides the bytes of the statement. */
export interface StatementRequest {
  /** as asked for, lower case */
  account: string
  /** CAIP-10, one for each chain it can be on */
  accounts: string[]
  from: Date
  to: Date
  /** by chain; finalized blocks up to and including these */
  asOf: ChainCoverage[]
  partial: boolean
  replaces: string | null
  /** null: config names no prices */
  prices: PriceBasis | null
  /** see number.ts */
  number: string
}

const ADDRESS = /^0x[0-9a-f]{40}$/
/** In a URL's query a plus that is not escaped is a space. */
const LOST_PLUS = /^(\S+T\S+) (\d{2}:\d{2})$/
const CAIP10 = /^(eip155:[1-9][0-9]*):(0x[0-9a-f]{40})$/

/** Checks an input against the chains as they are finalized in the snapshot, and the prices that there are. */
export async function checkRequest(
  db: Snapshot,
  input: StatementInput,
  policies: Policies,
): Promise<StatementRequest> {
  const account = input.account.trim().toLowerCase()
  const caip10 = CAIP10.exec(account)
  if (!caip10 && !ADDRESS.test(account)) {
    throw new StatementError(
      'BAD_ACCOUNT',
      `account ${quote(input.account)} is neither an address nor CAIP-10`,
      'give 0x and 40 hex digits, or one chain alone: eip155:8453:0x…',
    )
  }
  const from = parseTime('from', input.from)
  const to = parseTime('to', input.to)
  if (from >= to) {
    throw new StatementError(
      'BAD_PERIOD',
      `from ${from.toISOString()} is not before to ${to.toISOString()}`,
      'give a later `to`: it is exclusive, so January is 2026-01-01 to 2026-02-01',
    )
  }
  const chains = await readHeights(db)
  if (chains.length === 0) {
    throw new StatementError('NOTHING_INDEXED', 'no chain is indexed yet', 'start the indexer, and try again')
  }
  const all = await heightsOf(db, chains, input.asOf ?? [])
  const heights = caip10 ? all.filter(({ chain }) => chain === caip10[1]) : all
  if (heights.length === 0) throw unknownChain('account', account, chains)
  const address = caip10 ? caip10[2] : account
  const asOf = await coverageAt(db, heights, to)
  const partial = input.partial ?? false
  requireCovered(asOf, { from, to, partial })
  const replaces = parseReplaced(input.replaces)
  const accounts = asOf.map(({ chain }) => `${chain}:${address}`)
  const prices = await priceBasis(db, policies, input.prices, all, heights)
  const number = numberOf({ account, from, to, heights, prices, replaces })
  return { account, accounts, from, to, asOf, partial, replaces, prices, number }
}

/** `eip155:31337@120`, as in URLs and on the command line. */
export function parseHeight(text: string): BlockHeight {
  const [, chain, height] = /^(eip155:[1-9][0-9]*)@([0-9]{1,15})$/.exec(text) ?? []
  if (!chain || !height) {
    throw new StatementError(
      'BAD_HEIGHT',
      `asOf ${quote(text)} is no chain and height`,
      'write it like eip155:8453@24000000',
    )
  }
  return { chain, height: Number(height) }
}

async function heightsOf(
  db: Snapshot,
  chains: readonly ChainHeight[],
  asked: readonly BlockHeight[],
): Promise<BlockHeight[]> {
  const heights = new Map(chains.map(({ chain, finalizedHeight }) => [chain, finalizedHeight]))
  const seen = new Set<string>()
  for (const { chain, height } of asked) {
    const finalized = heights.get(chain)
    if (finalized === undefined || seen.has(chain)) {
      if (seen.has(chain)) {
        throw new StatementError('BAD_HEIGHT', `asOf names ${chain} twice`, 'name each chain once')
      }
      throw unknownChain('asOf', chain, chains)
    }
    if (!Number.isSafeInteger(height) || height < 0) {
      throw new StatementError('BAD_HEIGHT', `asOf height ${height} of ${chain}`, 'give a block number')
    }
    if (height > finalized) {
      throw new StatementError(
        'NOT_FINAL',
        `asOf ${chain}@${height} is not final: the chain is finalized up to ${finalized}`,
        `ask for ${finalized} or lower, or wait; statements never show blocks that can be rolled back`,
      )
    }
    seen.add(chain)
    heights.set(chain, height)
  }
  const open = [...heights]
    .map(([chain, height]) => ({ chain, height }))
    .filter(({ chain }) => !seen.has(chain))
  for (const { chain, height } of await newestFinalBlocks(db, open)) heights.set(chain, height)
  return [...heights].map(([chain, height]) => ({ chain, height }))
}

function parseReplaced(value: string | undefined): string | null {
  if (value === undefined) return null
  if (isNumber(value)) return value
  throw new StatementError(
    'BAD_PARAMETER',
    `replaces ${quote(value)} is no statement's number`,
    'give the 32 hex digits of the statement that this one replaces',
  )
}

function unknownChain(what: string, value: string, chains: readonly ChainHeight[]): StatementError {
  return new StatementError(
    'UNKNOWN_CHAIN',
    `${what} ${quote(value)} is on a chain that is not indexed`,
    `use one of ${chains.map(({ chain, name }) => `${chain} (${name})`).join(', ')}`,
  )
}

function parseTime(key: 'from' | 'to', value: string | Date): Date {
  const time = value instanceof Date ? value : parseInstant(value.trim().replace(LOST_PLUS, '$1+$2'))
  if (time && isInstant(time)) return time
  throw new StatementError(
    'BAD_DATE',
    `${key} ${quote(String(value))} is no moment of the years 1 to 9999`,
    'give a date (2026-01-31, its first moment in UTC) or a time with its zone (2026-01-31T12:00:00Z)',
  )
}

function quote(value: string): string {
  return JSON.stringify(value.length > 120 ? `${value.slice(0, 120)}…` : value)
}
