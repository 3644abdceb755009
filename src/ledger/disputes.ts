import { Dispute, DisputeStatus, Model } from '../model'
import type { DisputeClosed, DisputeJudged, DisputeRaised, TaintInherited } from './events'
import { originColumns, seeAccount } from './parties'
import type { LedgerState } from './state'

/*
 * Invariant: Model.taintCount = number of its disputes with status UPHELD, own and inherited. A counter and not a
 * flag: of two upheld disputes one may be resolved, and the model stays tainted. Resolving a dispute never clears
 * what descendants inherited from it: each of theirs is resolved by itself.
 */

export function disputeRaised(state: LedgerState, event: DisputeRaised): void {
  const { origin } = event
  const known = state.get(Dispute, event.dispute)
  seeAccount(state, event.initiator, origin)
  if (known) return state.reject(origin, `dispute ${event.dispute} was raised already`)
  state.put(
    Dispute,
    new Dispute({
      id: event.dispute,
      modelId: event.model,
      initiatorId: event.initiator,
      evidenceHash: event.evidenceHash ?? null,
      tag: event.tag,
      status: DisputeStatus.RAISED,
      inherited: false,
      parentDisputeId: null,
      fromModelId: null,
      judgedAt: null,
      closedAt: null,
      ...originColumns(origin),
    }),
  )
}

export function disputeJudged(state: LedgerState, event: DisputeJudged): void {
  const { origin } = event
  const dispute = state.get(Dispute, event.dispute)
  if (!dispute) return state.reject(origin, `judgement of an unknown dispute: ${event.dispute}`)
  const model = state.get(Model, dispute.modelId)
  if (dispute.status !== DisputeStatus.RAISED) {
    return state.reject(origin, `judgement of dispute ${event.dispute}, which is ${dispute.status}`)
  }
  dispute.status = event.upheld ? DisputeStatus.UPHELD : DisputeStatus.REJECTED
  dispute.judgedAt = new Date(origin.time)
  state.put(Dispute, dispute)
  if (event.upheld) taint(state, model, 1)
}

/** Upheld from the start: no one judges it. */
export function taintInherited(state: LedgerState, event: TaintInherited): void {
  const { origin } = event
  const known = state.get(Dispute, event.dispute)
  const model = state.get(Model, event.model)
  if (known) return state.reject(origin, `dispute ${event.dispute} exists already`)
  state.put(
    Dispute,
    new Dispute({
      id: event.dispute,
      modelId: event.model,
      initiatorId: null,
      evidenceHash: null,
      tag: event.tag,
      status: DisputeStatus.UPHELD,
      inherited: true,
      parentDisputeId: event.fromDispute,
      fromModelId: event.fromModel,
      judgedAt: new Date(origin.time),
      closedAt: null,
      ...originColumns(origin),
    }),
  )
  taint(state, model, 1)
}

export function disputeClosed(state: LedgerState, event: DisputeClosed): void {
  const { origin } = event
  const dispute = state.get(Dispute, event.dispute)
  if (!dispute) return state.reject(origin, `unknown dispute was closed: ${event.dispute}`)
  const model = state.get(Model, dispute.modelId)
  if (dispute.closedAt) return state.reject(origin, `dispute ${event.dispute} is ${dispute.status} already`)
  if (dispute.status === DisputeStatus.UPHELD) taint(state, model, -1)
  dispute.status = event.status as DisputeStatus
  dispute.closedAt = new Date(origin.time)
  state.put(Dispute, dispute)
}

function taint(state: LedgerState, model: Model | undefined, by: 1 | -1): void {
  if (!model) return
  model.taintCount += by
  model.tainted = model.taintCount > 0
  state.put(Model, model)
}
