import { getMetadataArgsStorage } from 'typeorm'
import type { ColumnMetadataArgs } from 'typeorm/metadata-args/ColumnMetadataArgs'
import type { Entity, Row } from '../ledger/state'
import { SUM_DIGITS, WORD_DIGITS } from '../postgres/digits'

/*
 * What a row may hold, whatever a log says: what Postgres, Neo4j and the API all can. Each column's bounds follow from
 * its type in schema.graphql. A log whose row does not fit is rejected (src/ledger/attempt.ts).
 */

/** Columns that several logs add up to: unbounded `numeric`. In schema.graphql their descriptions begin with Σ. */
export const SUMS: ReadonlySet<string> = new Set([
  'StakePool.activeAssets',
  'StakePool.exitingAssets',
  'StakePool.slashedAssets',
  'StakePool.compoundedAssets',
  'StakePool.totalShares',
  'StakePool.totalExitShares',
  'StakeEvent.activeDelta',
  'StakePosition.shares',
  'StakePosition.depositedAssets',
  'StakePosition.withdrawnAssets',
  'StakeDay.activeDelta',
  'StakeDay.exitingDelta',
  'StakeDay.activeSeconds',
  'StakeDay.inflow',
  'StakeDay.outflow',
  'StakeDay.compounded',
  'StakeDay.slashed',
  'StakeDay.unstaked',
  'VoteLock.amount',
  'VoteLock.bias',
  'VoteLock.slope',
  'VoteGauge.baseWeight',
  'SteeringVote.amount',
  'SteeringVote.bias',
  'SteeringVote.slope',
  'SteeringVoteEvent.bias',
  'RestakingStrategy.earlyAssets',
  'RestakedPosition.depositShares',
  'RestakedPositionChange.depositShares',
  'OperatorStake.shares',
  'OperatorStakeChange.shares',
  'BurnableShares.shares',
  'Contribution.ownPending',
  'Contribution.childrenPending',
  'RestakingRewardTotal.claimed',
  'VaultCredit.amount',
  'RoyaltyTotal.accrued',
  'ModelRevenue.gross',
  'ModelRevenue.protocolFee',
  'ModelRevenue.net',
  'ModelRevenue.accruedOwn',
  'ModelRevenue.accruedRoyalty',
  'ModelRevenue.patrons',
  'ModelRevenue.claimed',
  'RoyaltyBalance.accrued',
  'RoyaltyBalance.claimed',
  'RoyaltyVault.totalShares',
  'WarehouseBalance.balance',
  'WarehouseBalance.royalties',
  'VaultHolding.shares',
  'VaultRevenue.accumulated',
  'VaultDebt.debt',
  'VaultDebt.claimable',
  'BondingCurve.reserveToken',
  'BondingCurve.reserveAsset',
  'BondingCurve.virtualAsset',
  'BondingCurve.price',
  'CurveTrade.reserveToken',
  'CurveTrade.reserveAsset',
  'CurveTrade.price',
])

/** Amounts that can be below 0: "signed" in schema.graphql. */
export const SIGNED: ReadonlySet<string> = new Set([
  'Attestation.value',
  'StakePool.compoundedAssets',
  'StakeEvent.sharesDelta',
  'StakeEvent.activeDelta',
  'StakeEvent.exitingDelta',
  'StakeDay.activeDelta',
  'StakeDay.exitingDelta',
  'StakeDay.activeSeconds',
  'VoteLockEvent.amountDelta',
  'VoteGauge.baseWeight',
  'RestakingStrategy.earlyAssets',
  'RestakedPosition.depositShares',
  'RestakedPositionChange.depositShares',
  'VaultCredit.amount',
  'RoyaltyBalance.accrued',
  'VaultDebt.debt',
  'VaultDebt.claimable',
])

/** An entry of a B-tree holds 2,704 bytes with its head; of a range index of Neo4j about 8,000. */
const INDEXED_BYTES = 2_600
/** Any other text. What people write is cut far below (src/ledger/freeText.ts); an ABI-encoded struct is in here. */
const TEXT_BYTES = 131_072
const LIST_ITEMS = 64
/** Four digits for the year, in all that writes or reads a time, with room for what is counted from it. */
const LAST_TIME = Date.UTC(9999, 0, 1)
/** UTF-8 takes at most 3 bytes for a unit of UTF-16. */
const BYTES_A_UNIT = 3
/** The most that a reason shows of a value. */
const SHOWN = 80

interface Column {
  property: string
  isNullable: boolean
  type: 'amount' | 'int' | 'bool' | 'time' | 'text' | 'list'
  /** amount: the least that is too much, and the most that is too little */
  end: bigint
  under: bigint
  /** text: bytes in UTF-8, of a list's items too; and units of UTF-16 that surely have no more */
  bytes: number
  units: number
}

const columnsByEntity = new Map<Entity, { all: Column[]; figures: Column[] }>()

/**
 * Why a row cannot be written; undefined: it can.
 *
 * @param figuresOnly amounts, numbers and times
 */
export function misfitOf(entity: Entity, row: Row, figuresOnly: boolean): string | undefined {
  let known = columnsByEntity.get(entity)
  if (!known) {
    const all = columnsOf(entity)
    known = { all, figures: all.filter(({ type }) => type !== 'text' && type !== 'list') }
    columnsByEntity.set(entity, known)
  }
  const columns = figuresOnly ? known.figures : known.all
  // Every value of every log passes here, three rows of a dozen columns each: one loop, without calls.
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!
    const value = (row as unknown as Record<string, unknown>)[column.property]
    switch (typeof value) {
      case 'string':
        if (column.type !== 'text' || value.length > column.units || !isWritable(value)) break
        continue
      case 'bigint':
        if (column.type !== 'amount' || value >= column.end || value <= column.under) break
        continue
      case 'number':
        if (column.type !== 'int' || (value | 0) !== value) break
        continue
      case 'boolean':
        if (column.type !== 'bool') break
        continue
      default:
        if (value instanceof Date) {
          if (column.type !== 'time' || !isTime(value)) break
          continue
        }
        if ((value === null || value === undefined) && column.isNullable) continue
    }
    const wrong = wrongWith(column, value)
    if (wrong !== undefined) return `${entity.name}.${column.property} ${wrong}`
  }
  return undefined
}

/** What is wrong with a value; undefined: nothing. */
function wrongWith(column: Column, value: unknown): string | undefined {
  if (value === null || value === undefined) return 'has no value'
  switch (column.type) {
    case 'amount':
      if (typeof value !== 'bigint') return `is ${shown(value)}, not an integer`
      if (value < column.end && value > column.under) return undefined
      return column.under === -1n && value < 0n
        ? `is below 0: ${shown(value)}`
        : `has more than ${String(column.end).length - 1} digits`
    case 'int':
      return `is ${shown(value)}, not an integer of 32 bits`
    case 'bool':
      return `is ${shown(value)}, not a boolean`
    case 'time':
      return value instanceof Date && isTime(value) ? undefined : 'is no time of the years 1970 to 9998'
    case 'text':
      return wrongWithText(column, value)
    case 'list':
      if (!Array.isArray(value)) return `is ${shown(value)}, not a list`
      if (value.length > LIST_ITEMS) return `has more than ${LIST_ITEMS} items`
      return value.map(item => wrongWithText(column, item)).find(wrong => wrong !== undefined)
  }
}

function wrongWithText({ bytes, units }: Column, value: unknown): string | undefined {
  if (typeof value !== 'string') return `is ${shown(value)}, not a text`
  if (value.length > units && Buffer.byteLength(value) > bytes) return `has more than ${bytes} bytes`
  if (isWritable(value)) return undefined
  return value.includes('\0')
    ? 'holds a NUL, which Postgres cannot keep'
    : 'holds half a surrogate pair, which is no character'
}

function isTime(value: Date): boolean {
  const ms = value.getTime()
  return ms >= 0 && ms <= LAST_TIME
}

/** `isWellFormed` is ES2024's, which Node has and this target's types have not. */
function isWritable(value: string): boolean {
  return !value.includes('\0') && (value as unknown as { isWellFormed(): boolean }).isWellFormed()
}

function columnsOf(entity: Entity): Column[] {
  const storage = getMetadataArgsStorage()
  const indexed = new Set(
    storage.indices.filter(({ target }) => target === entity).flatMap(({ columns }) => columns as string[]),
  )
  return storage.filterColumns(entity).map(({ propertyName, options }) => {
    const name = `${entity.name}.${propertyName}`
    const end = 10n ** BigInt(SUMS.has(name) ? SUM_DIGITS : WORD_DIGITS)
    // A chain is part of indexes that only the migrations know of.
    const isIndexed = options.primary === true || propertyName === 'chain' || indexed.has(propertyName)
    // An enum's column has the length of its longest value.
    const bytes = Number(options.length) || (isIndexed ? INDEXED_BYTES : TEXT_BYTES)
    return {
      property: propertyName,
      isNullable: options.nullable === true,
      type: typeOf(name, options),
      end,
      under: SIGNED.has(name) ? -end : -1n,
      bytes,
      units: options.length ? bytes : Math.floor(bytes / BYTES_A_UNIT),
    }
  })
}

function typeOf(name: string, { array, type }: ColumnMetadataArgs['options']): Column['type'] {
  if (array) return 'list'
  switch (type === String ? 'text' : type) {
    case 'numeric':
      return 'amount'
    case 'int4':
      return 'int'
    case 'bool':
      return 'bool'
    case 'timestamp with time zone':
      return 'time'
    case 'varchar':
    case 'text':
      return 'text'
    default:
      throw new Error(`${name}: no bounds are known for its type\n  fix: add them to src/indexer/guard.ts`)
  }
}

function shown(value: unknown): string {
  return String(value).slice(0, SHOWN)
}
