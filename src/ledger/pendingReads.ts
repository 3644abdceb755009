import { PendingRead } from '../model'
import type { ReadUnanswered } from './events'
import { originColumns } from './parties'
import type { LedgerState } from './state'

export function readUnanswered(state: LedgerState, event: ReadUnanswered): void {
  const { origin, to, call, blockHash, once } = event
  state.add(
    PendingRead,
    new PendingRead({
      id: state.factId(PendingRead, origin),
      target: to,
      call,
      once,
      blockHash,
      ...originColumns(origin),
    }),
  )
}
