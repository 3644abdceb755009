import type { Origin } from '../ledger/events'
import { shortText, textWithin } from '../ledger/freeText'
import { originColumns } from '../ledger/parties'
import type { LedgerState } from '../ledger/state'
import { RejectedLog } from '../model'
import type { ProtocolLog } from '../protocols/protocol'

/** Hex digits of a log's data that are kept: the log itself is on its chain. */
const DATA_LENGTH = 65_536
/** The EVM knows no log with more. */
const TOPICS = 4
const LARGEST_INT4 = 2 ** 31 - 1
/** 9999-01-01: see guard.ts. */
const LAST_TIME = Date.UTC(9999, 0, 1)

/**
 * Rule 7: a log that could not be read, or did not fit, is kept with the reason. Its row fits whatever the log holds:
 * texts are cut, and a place or time beyond the columns' is the last that they hold, with the true one in the reason.
 * Returns how many there are.
 */
export function keepRejected(state: LedgerState, logs: ProtocolLog[]): number {
  const rejections = state.rejections()
  if (rejections.length === 0) return 0
  const byPlace = new Map(logs.map(log => [placeOf(log), log]))
  for (const { origin, reason } of rejections) {
    const log = byPlace.get(placeOf(origin))
    state.add(
      RejectedLog,
      new RejectedLog({
        id: state.factId(RejectedLog, origin),
        topics: (log?.topics ?? []).slice(0, TOPICS).map(shortText),
        data: textWithin(log?.data ?? '0x', DATA_LENGTH),
        reason: shortText(reason) + beyond(origin),
        ...originColumns({
          ...origin,
          contract: shortText(origin.contract),
          transaction: shortText(origin.transaction),
          block: Math.min(origin.block, LARGEST_INT4),
          logIndex: Math.min(origin.logIndex, LARGEST_INT4),
          time: isTime(origin.time) ? origin.time : LAST_TIME,
        }),
      }),
    )
  }
  return rejections.length
}

/** What the row cannot say of the log's place. */
function beyond({ block, logIndex, time }: Origin): string {
  const told: string[] = []
  if (block > LARGEST_INT4) told.push(`block ${block}`)
  if (logIndex > LARGEST_INT4) told.push(`log ${logIndex}`)
  if (!isTime(time)) told.push(`${time} ms after 1970`)
  return told.length === 0 ? '' : ` (it stands at ${told.join(', ')})`
}

function isTime(ms: number): boolean {
  return ms >= 0 && ms <= LAST_TIME
}

function placeOf({ block, logIndex }: { block: number; logIndex: number }): string {
  return `${block}-${logIndex}`
}
