import { VoteGaugeType } from '../model'
import { originColumns } from './parties'
import type { LedgerState } from './state'
import type { GaugeTypeNamed, GaugeTypeWeighted } from './votingEvents'

/** A weight that is set again before it holds takes the place of the one that waits. */
export function gaugeTypeWeighted(state: LedgerState, event: GaugeTypeWeighted): void {
  const { origin, weight, from } = event
  const known = state.get(VoteGaugeType, event.gaugeType)
  const holds = known && known.weightFrom.getTime() < from
  state.put(
    VoteGaugeType,
    Object.assign(known ?? new VoteGaugeType({ id: event.gaugeType, number: event.number, name: null }), {
      formerWeight: holds ? known.weight : (known?.formerWeight ?? 0n),
      weight,
      weightFrom: new Date(from),
      ...originColumns(origin),
    }),
  )
}

export function gaugeTypeNamed(state: LedgerState, event: GaugeTypeNamed): void {
  const { origin, gaugeType, name } = event
  const known = state.get(VoteGaugeType, gaugeType)
  if (!known) return state.reject(origin, `${event.kind}: no such type of gauges: ${gaugeType}`)
  known.name = name
  state.put(VoteGaugeType, Object.assign(known, originColumns(origin)))
}
