import { gaugeWeight, type VoteRules, votePower, votePowerSlope } from '../measures/voteBalance'
import { StakePool, SteeringVote, SteeringVoteEvent, VoteGauge, VoteLock } from '../model'
import { originColumns, seeAccount } from './parties'
import type { LedgerState } from './state'
import { lockOf, rulesOf, seconds } from './voteEscrow'
import type { GaugeAdded, GaugeWeightSet, SteeringVoteCast } from './votingEvents'

/** All of a lock's votes, in basis points. */
const WHOLE_BPS = 10_000

/** An admin may give a gauge no weight, or take it away, but a weight below 0 there is not. */
export function gaugeAdded(state: LedgerState, event: GaugeAdded): void {
  const { origin } = event
  if (state.get(VoteGauge, event.gauge)) return state.reject(origin, `gauge ${event.gauge} exists already`)
  state.put(VoteGauge, newGauge(event))
}

/** The votes that are there go on declining, so the difference to them is what the admin gave or took. */
export function gaugeWeightSet(state: LedgerState, event: GaugeWeightSet): void {
  const { origin } = event
  const gauge = state.get(VoteGauge, event.gauge)
  const pool = gauge && state.get(StakePool, gauge.poolId)
  const rules = pool && rulesOf(pool)
  const votes = gauge ? state.list(SteeringVote, 'gaugeId', gauge.id) : []
  if (!gauge) return state.reject(origin, `${event.kind}: no such gauge: ${event.gauge}`)
  const from = seconds(event.from)
  const given = rules ? votes.map(vote => votePower(shapeOf(vote), rules, from)) : []
  gauge.baseWeight = event.weight - gaugeWeight(0n, given)
  state.put(VoteGauge, Object.assign(gauge, originColumns(origin)))
}

export function steeringVoteCast(state: LedgerState, event: SteeringVoteCast): void {
  const { origin, account, weightBps } = event
  const pool = state.get(StakePool, event.pool)
  const lock = state.get(VoteLock, event.lock)
  const known = state.get(VoteGauge, event.gauge)
  const voteId = `${event.gauge}|${account}`
  const former = state.get(SteeringVote, voteId)
  const rules = pool && rulesOf(pool)
  if (!pool || !rules) return state.reject(origin, `${event.kind}: no such vote escrow: ${event.pool}`)
  if (!known && !event.model) return state.reject(origin, `${event.kind}: no such gauge: ${event.gauge}`)
  if (known && known.poolId !== pool.id)
    return state.reject(origin, `${event.kind}: ${known.id} is not of ${pool.id}`)
  if (!lock || lock.accountId !== account || lock.amount === 0n)
    return state.reject(origin, `${event.kind}: ${account} has no lock ${event.lock}`)
  if (!(weightBps >= 0 && weightBps <= WHOLE_BPS))
    return state.reject(origin, `${event.kind}: ${weightBps} basis points are not 0 to ${WHOLE_BPS}`)
  seeAccount(state, account, origin)
  const gauge = known ?? state.put(VoteGauge, newGauge({ ...event, weight: 0n }))
  const vote = former ?? new SteeringVote({ id: voteId, gaugeId: gauge.id, accountId: account })
  const previousWeightBps = former?.weightBps ?? 0
  Object.assign(vote, {
    poolId: pool.id,
    modelId: gauge.modelId ?? null,
    lockId: lock.id,
    weightBps,
    amount: lock.amount,
    startsAt: lock.startsAt,
    endsAt: lock.endsAt,
    permanent: lock.permanent,
    ...originColumns(origin),
  })
  const shape = shapeOf(vote)
  vote.bias = votePower(shape, rules, seconds(origin.time))
  vote.slope = slopeOf(shape, rules, vote.bias)
  state.put(SteeringVote, vote)
  state.add(
    SteeringVoteEvent,
    new SteeringVoteEvent({
      id: state.factId(SteeringVoteEvent, origin),
      poolId: pool.id,
      gaugeId: gauge.id,
      modelId: vote.modelId,
      accountId: account,
      lockId: lock.id,
      weightBps,
      previousWeightBps,
      bias: vote.bias,
      ...originColumns(origin),
    }),
  )
}

function newGauge(
  event: GaugeAdded | (SteeringVoteCast & { weight: bigint; gaugeType?: bigint }),
): VoteGauge {
  return new VoteGauge({
    id: event.gauge,
    poolId: event.pool,
    modelId: event.model ?? null,
    gaugeType: event.gaugeType ?? null,
    baseWeight: event.weight,
    ...originColumns(event.origin),
  })
}

function shapeOf(vote: SteeringVote) {
  return { ...lockOf(vote), weightBps: vote.weightBps }
}

function slopeOf(vote: ReturnType<typeof shapeOf>, rules: VoteRules, bias: bigint): bigint {
  return bias === 0n ? 0n : votePowerSlope(vote, rules)
}
