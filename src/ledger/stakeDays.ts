import { StakeDay, StakeEvent, StakeEventKind, StakePool } from '../model'
import type { LedgerState, Missing } from './state'

const DAY_MS = 86_400_000

const SUMS = [
  'activeDelta',
  'exitingDelta',
  'activeSeconds',
  'inflow',
  'outflow',
  'compounded',
  'slashed',
  'unstaked',
] as const

/**
 * Adds a fold's stake events to their days, all of them once the fold is done: a batch touches few days, each many
 * times, and none of its events asks for a day.
 *
 * @returns rows that it misses, and nothing was done; undefined: it is done
 */
export function addToStakeDays(state: LedgerState): Missing | undefined {
  const days = changesByDay(state)
  const known = days.map(({ id }) => state.get(StakeDay, id))
  const missing = state.takeMissing()
  if (missing) return missing
  for (const [i, day] of days.entries()) {
    const former = known[i]
    if (former) for (const sum of SUMS) day[sum] += former[sum]
    state.put(StakeDay, day)
  }
  return undefined
}

function changesByDay(state: LedgerState): StakeDay[] {
  const days = new Map<string, StakeDay>()
  /** of one day, by protocol and pool */
  let touched = new Map<string, StakeDay[]>()
  let begin = Number.NaN
  for (const event of state.added(StakeEvent)) {
    const midnight = Math.floor(event.time.getTime() / DAY_MS) * DAY_MS
    if (midnight !== begin) {
      begin = midnight
      touched = new Map()
    }
    const key = `${event.protocol}|${event.poolId}`
    let rows = touched.get(key)
    if (!rows) {
      const { kind } = state.get(StakePool, event.poolId)!
      rows = [dayOf(days, event, kind, begin, null)]
      if (event.modelId != null) rows.push(dayOf(days, event, kind, begin, event.modelId))
      touched.set(key, rows)
    }
    for (const row of rows) add(row, event)
  }
  return [...days.values()]
}

function dayOf(
  days: Map<string, StakeDay>,
  { chain, protocol, assetId }: StakeEvent,
  kind: StakePool['kind'],
  begin: number,
  modelId: string | null,
): StakeDay {
  const day = new Date(begin)
  const whole = `${chain}|${protocol}|${kind}|${assetId}|${day.toISOString().slice(0, 10)}`
  const id = modelId === null ? whole : `${whole}|${modelId}`
  let row = days.get(id)
  if (!row) {
    row = new StakeDay({ id, chain, protocol, kind, assetId, modelId, day })
    for (const sum of SUMS) row[sum] = 0n
    days.set(id, row)
  }
  return row
}

function add(row: StakeDay, { kind, activeDelta, exitingDelta, time }: StakeEvent): void {
  const secondsLeft = Math.floor((row.day.getTime() + DAY_MS - time.getTime()) / 1000)
  const delta = activeDelta + exitingDelta
  row.activeDelta += activeDelta
  row.exitingDelta += exitingDelta
  row.activeSeconds += activeDelta * BigInt(secondsLeft)
  switch (kind) {
    case StakeEventKind.STAKE:
      row.inflow += delta
      break
    case StakeEventKind.WITHDRAW:
    case StakeEventKind.EXIT_REQUEST:
    case StakeEventKind.EXIT_PAID:
      row.outflow -= delta
      row.unstaked -= activeDelta
      break
    case StakeEventKind.GRADUATE:
      row.outflow -= delta
      break
    case StakeEventKind.COMPOUND:
      row.compounded += delta
      break
    case StakeEventKind.SLASH:
      row.slashed -= delta
      break
    case StakeEventKind.TRANSFER_IN:
    case StakeEventKind.TRANSFER_OUT:
      break
  }
}
