import {
  DiscoveredContract,
  type EdgeRole,
  LineageEdge,
  Model,
  type ModelKind,
  ModelVersion,
  Nft,
  RoyaltyPolicy,
} from '../model'
import type {
  ContractDiscovered,
  ModelForked,
  ModelRegistered,
  NftTransferred,
  Share,
  VersionPublished,
} from './events'
import { originColumns, seeAccount } from './parties'
import type { LedgerState } from './state'

/** A model is made once; a second registration of the same id is rejected. Registration is its version 1. */
export function modelRegistered(state: LedgerState, event: ModelRegistered): void {
  const { origin } = event
  const known = state.get(Model, event.model)
  const nft = event.nft === undefined ? undefined : state.get(Nft, event.nft)
  if (known) return state.reject(origin, `model ${event.model} is registered already`)
  const ownerId = event.owner ?? nft?.ownerId ?? null
  if (ownerId) seeAccount(state, ownerId, origin)
  if (event.creator) seeAccount(state, event.creator, origin)
  if (event.nft !== undefined) {
    state.put(Nft, new Nft({ id: event.nft, chain: origin.chain, ownerId, modelId: event.model }))
  }
  state.put(
    Model,
    new Model({
      id: event.model,
      kind: event.modelKind as ModelKind,
      nftId: event.nft ?? null,
      tokenId: event.tokenId ?? null,
      ownerId,
      creatorId: event.creator ?? null,
      name: event.name ?? null,
      metadataUri: event.metadataUri ?? null,
      contentHash: event.contentHash ?? null,
      version: 1,
      forkRoyaltyPpm: event.forkRoyaltyPpm ?? null,
      groupPoolId: null,
      taintCount: 0,
      tainted: false,
      suspended: false,
      ...originColumns(origin),
    }),
  )
  addVersion(state, { ...event, kind: 'versionPublished' }, 1)
}

/** The model's owner is its NFT's owner, always. */
export function nftTransferred(state: LedgerState, event: NftTransferred): void {
  const { origin } = event
  const nft = state.get(Nft, event.nft) ?? new Nft({ id: event.nft, chain: origin.chain, modelId: null })
  nft.ownerId = event.to ?? null
  state.put(Nft, nft)
  if (event.to && nft.modelId) seeAccount(state, event.to, origin)
  if (!nft.modelId) return
  const model = state.get(Model, nft.modelId)
  if (!model) return
  model.ownerId = nft.ownerId
  state.put(Model, model)
}

export function versionPublished(state: LedgerState, event: VersionPublished): void {
  const model = state.get(Model, event.model)
  if (!model) return state.reject(event.origin, `version of a model that is not registered: ${event.model}`)
  if (event.ifChanged && event.contentHash === model.contentHash) return
  const number = event.number ?? model.version + 1
  if (!addVersion(state, event, number)) {
    return state.reject(event.origin, `version ${number} of ${event.model} was published already`)
  }
  model.version = number
  model.contentHash = event.contentHash ?? model.contentHash
  model.metadataUri = event.metadataUri ?? model.metadataUri
  state.put(Model, model)
}

/** False: there is one of this number. */
function addVersion(state: LedgerState, event: VersionPublished, number: number): boolean {
  return state.addNamed(
    ModelVersion,
    new ModelVersion({
      id: `${event.model}/v${number}`,
      modelId: event.model,
      number,
      contentHash: event.contentHash ?? null,
      metadataUri: event.metadataUri ?? null,
      sourceId: event.source ?? null,
      ...originColumns(event.origin),
    }),
  )
}

/**
 * One edge a (child, role, parent). A protocol may tell of the same edge in two logs (share in one, terms in the
 * other): what a log leaves undefined stays as it was, and the edge keeps the origin of the first.
 */
export function modelForked(state: LedgerState, event: ModelForked): void {
  const { origin } = event
  const id = `${event.child}|${event.role}|${event.parent}`
  if (event.share && !isShare(event.share)) {
    const { numerator, denominator } = event.share
    return state.reject(origin, `share of ${id} is ${numerator} / ${denominator}: not between none and all`)
  }
  const edge =
    state.get(LineageEdge, id) ??
    new LineageEdge({
      id,
      childId: event.child,
      parentId: event.parent,
      role: event.role as EdgeRole,
      ordinal: event.ordinal,
      sharePpm: null,
      shareNumerator: null,
      shareDenominator: null,
      policy: RoyaltyPolicy.NONE,
      policyContractId: null,
      termsId: null,
      ...originColumns(origin),
    })
  if (event.share) setShare(edge, event.share)
  if (event.policy !== undefined) edge.policy = event.policy as RoyaltyPolicy
  if (event.policyContract !== undefined) edge.policyContractId = event.policyContract
  if (event.terms !== undefined) edge.termsId = event.terms
  state.put(LineageEdge, edge)
}

function isShare({ numerator, denominator }: Share): boolean {
  return numerator >= 0n && denominator > 0n && numerator <= denominator
}

function setShare(edge: LineageEdge, { numerator, denominator }: Share): void {
  edge.shareNumerator = numerator
  edge.shareDenominator = denominator
  edge.sharePpm = Number((numerator * 1_000_000n) / denominator)
}

/** Announced twice, a contract keeps its first announcement. */
export function contractDiscovered(state: LedgerState, event: ContractDiscovered): void {
  const { origin } = event
  const id = `${origin.chain}:${event.address}`
  if (state.get(DiscoveredContract, id)) return
  state.put(
    DiscoveredContract,
    new DiscoveredContract({ id, address: event.address, role: event.role, ...originColumns(origin) }),
  )
}
