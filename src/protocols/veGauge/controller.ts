import { events } from '../../abi/veGauge/gaugeController'
import { shortText } from '../../ledger/freeText'
import { accountId, gaugeId, gaugeTypeId, lockId } from '../../ledger/ids'
import type { Handler } from '../protocol'
import { reads } from '../reading'
import { escrowOf, escrowPool } from './naming'

const WEEK_MS = 604_800_000

/** What an admin sets holds from the next week on (GaugeController.vy, `next_time`). */
function nextWeek(time: number): number {
  return (Math.floor(time / WEEK_MS) + 1) * WEEK_MS
}

const asks: Handler['reads'] = ({ address }) => [escrowOf(address)]

export const controllerHandlers: Record<string, Handler> = {
  ...reads(
    events.NewGauge,
    ({ addr, gauge_type, weight }, origin, context, _, [answer]) => {
      const pool = escrowPool(context, answer)
      if (pool === undefined) return []
      return [
        {
          kind: 'gaugeAdded',
          origin,
          gauge: gaugeId(origin.chain, origin.contract, addr),
          pool,
          model: context.deployment.models?.[addr],
          gaugeType: gauge_type,
          weight,
        },
      ]
    },
    1,
    asks,
  ),
  ...reads(
    events.NewGaugeWeight,
    ({ gauge_address, weight }, origin) => [
      {
        kind: 'gaugeWeightSet',
        origin,
        gauge: gaugeId(origin.chain, origin.contract, gauge_address),
        weight,
        from: nextWeek(origin.time),
      },
    ],
    1,
  ),
  /** Basis points of all the votes that the user's lock has now; 0 takes the vote back. */
  ...reads(
    events.VoteForGauge,
    ({ user, gauge_addr, weight }, origin, context, _, [answer]) => {
      const pool = escrowPool(context, answer)
      if (pool === undefined) return []
      return [
        {
          kind: 'steeringVoteCast',
          origin,
          gauge: gaugeId(origin.chain, origin.contract, gauge_addr),
          pool,
          account: accountId(origin.chain, user),
          lock: lockId(pool, user),
          weightBps: Number(weight),
          model: context.deployment.models?.[gauge_addr],
        },
      ]
    },
    1,
    asks,
  ),
  ...reads(
    events.NewTypeWeight,
    ({ type_id, time, weight }, origin) => [
      {
        kind: 'gaugeTypeWeighted',
        origin,
        gaugeType: gaugeTypeId(origin.chain, origin.contract, type_id),
        number: type_id,
        weight,
        from: Number(time) * 1000,
      },
    ],
    1,
  ),
  /** After the type's first weight; of a type without one there is no log. */
  ...reads(
    events.AddType,
    ({ name, type_id }, origin) => [
      {
        kind: 'gaugeTypeNamed',
        origin,
        gaugeType: gaugeTypeId(origin.chain, origin.contract, type_id),
        name: shortText(name),
      },
    ],
    1,
  ),
}
