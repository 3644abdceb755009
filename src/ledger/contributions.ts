import { Contribution, LineageEdge, Model, ModelCore, ModelKind } from '../model'
import type { ContributionAccepted, ContributionMade, ContributionScored, CoreReplaced } from './agentEvents'
import type { Origin } from './events'
import { modelForked, modelRegistered, versionPublished } from './models'
import { originColumns } from './parties'
import type { LedgerState } from './state'

/*
 * A contribution is a model of its own: it has an owner (of its NFT), and edges to the model that it serves (SERVICE), to
 * what it builds on (PARENT), and to its dataset (DATASET). Its logs come in any order: it may be scored, and even
 * accepted, before it is made.
 */

/** Scores, and shares of rewards, are of it. */
export const POINTS = 10_000n

export function contributionMade(state: LedgerState, event: ContributionMade): void {
  const { origin, contribution: id, model } = event
  const row = contributionOf(state, id, origin)
  if (row.modelId) return state.reject(origin, `contribution ${id} was made already`)
  row.modelId = model
  row.number = event.number
  row.parentId = event.parent ?? null
  row.datasetId = event.dataset ?? null
  if (event.isModel !== undefined) row.isModel = event.isModel
  if (event.core !== undefined) row.core = event.core
  state.put(Contribution, row)
  modelRegistered(state, {
    kind: 'modelRegistered',
    origin,
    model: id,
    modelKind: 'COMPONENT',
    nft: event.nft,
    tokenId: event.number,
  })
  if (event.parent) {
    modelForked(state, {
      kind: 'modelForked',
      origin,
      child: id,
      parent: event.parent,
      role: 'PARENT',
      ordinal: 0,
    })
  }
  showKind(state, row, origin)
  showVersion(state, row, origin)
  showImpact(state, row, origin)
}

/** Accepted before it is made, it is told to be a dataset of core 0 whatever it is. */
export function contributionAccepted(state: LedgerState, event: ContributionAccepted): void {
  const { origin, contribution: id, isModel } = event
  const row = contributionOf(state, id, origin)
  if (row.accepted) return state.reject(origin, `contribution ${id} was accepted already`)
  row.accepted = true
  row.serviceCore = event.core
  row.acceptedAt = new Date(origin.time)
  row.maturity = event.maturity
  row.impact = event.impact
  if (row.modelId) {
    row.isModel ??= isModel
    row.core ??= event.core
  }
  state.put(Contribution, row)
  showKind(state, row, origin)
  showVersion(state, row, origin)
  showImpact(state, row, origin)
}

export function contributionScored(state: LedgerState, event: ContributionScored): void {
  const row = contributionOf(state, event.contribution, event.origin)
  row.maturity = event.maturity
  row.impact = event.impact
  state.put(Contribution, row)
  showImpact(state, row, event.origin)
}

export function coreReplaced(state: LedgerState, event: CoreReplaced): void {
  const { origin, model, core } = event
  const row = contributionOf(state, event.contribution, origin)
  const id = `${model}|core:${core}`
  const present = state.get(ModelCore, id) ?? new ModelCore({ id, chain: origin.chain, modelId: model, core })
  const former = present.contributionId ? state.get(Contribution, present.contributionId) : undefined
  if (former && former.id !== row.id) {
    former.current = false
    state.put(Contribution, former)
  }
  present.contributionId = row.id
  present.block = origin.block
  present.time = new Date(origin.time)
  state.put(ModelCore, present)
  row.current = true
  if (row.modelId) row.core = core
  state.put(Contribution, row)
}

/** A dataset has no dataset, whatever its log says. */
function showKind(state: LedgerState, row: Contribution, origin: Origin): void {
  const own = state.get(Model, row.id)
  const edge = row.datasetId ? state.get(LineageEdge, `${row.id}|DATASET|${row.datasetId}`) : undefined
  if (own && row.isModel === false && own.kind !== ModelKind.DATASET) {
    own.kind = ModelKind.DATASET
    state.put(Model, own)
  }
  if (row.modelId && row.isModel && row.datasetId && !edge) {
    modelForked(state, {
      kind: 'modelForked',
      origin,
      child: row.id,
      parent: row.datasetId,
      role: 'DATASET',
      ordinal: 2,
    })
  }
}

/** Once it is both made and accepted, it is the next version of what it serves. */
function showVersion(state: LedgerState, row: Contribution, origin: Origin): void {
  const served = row.modelId ? state.get(Model, row.modelId) : undefined
  if (!row.accepted || !row.isModel || !served) return
  versionPublished(state, {
    kind: 'versionPublished',
    origin,
    model: served.id,
    number: served.version + 1,
    source: row.id,
  })
}

/** The one place where impact becomes the share of an edge. It moves no fee, only rewards: policy NONE. */
function showImpact(state: LedgerState, row: Contribution, origin: Origin): void {
  if (!row.modelId) return
  const known = state.get(LineageEdge, `${row.id}|SERVICE|${row.modelId}`)
  const impact = row.impact ?? 0n
  const numerator = impact > POINTS ? POINTS : impact
  if (known?.shareNumerator === numerator) return
  modelForked(state, {
    kind: 'modelForked',
    origin,
    child: row.id,
    parent: row.modelId,
    role: 'SERVICE',
    ordinal: 1,
    share: { numerator, denominator: POINTS },
  })
}

export function contributionOf(state: LedgerState, id: string, origin: Origin): Contribution {
  return (
    state.get(Contribution, id) ??
    new Contribution({
      id,
      modelId: null,
      number: null,
      parentId: null,
      datasetId: null,
      isModel: null,
      core: null,
      accepted: false,
      acceptedAt: null,
      current: false,
      maturity: null,
      impact: null,
      serviceCore: null,
      rewardImpact: 0n,
      ownPending: 0n,
      childrenPending: 0n,
      ...originColumns(origin),
    })
  )
}
