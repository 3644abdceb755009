import {
  DelegateVotes,
  Model,
  ModelContract,
  PoolKind,
  RewardClaim,
  type RewardKind,
  StakePool,
} from '../model'
import type {
  ModelContractNamed,
  ModelSuspended,
  PoolsRetired,
  RewardPaid,
  VotesCounted,
} from './agentEvents'
import { originColumns, seeAccount, seeToken } from './parties'
import type { LedgerState } from './state'

/** A model has one current contract a role. */
export function modelContractNamed(state: LedgerState, event: ModelContractNamed): void {
  const { origin, model, role, account } = event
  const id = `${model}|${role}|${account}`
  seeAccount(state, account, origin)
  for (const former of state.list(ModelContract, 'modelId', model)) {
    if (!former.current || former.role !== role || former.id === id) continue
    former.current = false
    state.put(ModelContract, former)
  }
  const known = state.get(ModelContract, id)
  if (known) known.current = true
  state.put(
    ModelContract,
    known ??
      new ModelContract({
        id,
        modelId: model,
        role,
        accountId: account,
        current: true,
        ...originColumns(origin),
      }),
  )
}

export function poolsRetired(state: LedgerState, event: PoolsRetired): void {
  for (const pool of state.list(StakePool, 'modelId', event.model)) {
    if (pool.id === event.pool || pool.kind !== PoolKind.DIRECT || pool.retiredAt) continue
    pool.retiredAt = new Date(event.origin.time)
    state.put(StakePool, pool)
  }
}

export function modelSuspended(state: LedgerState, event: ModelSuspended): void {
  const model = state.get(Model, event.model)
  if (!model) return state.reject(event.origin, `suspends a model that is not registered: ${event.model}`)
  model.suspended = event.suspended
  state.put(Model, model)
}

export function votesCounted(state: LedgerState, event: VotesCounted): void {
  const { origin, account } = event
  const pool = state.get(StakePool, event.pool)
  const id = `${event.pool}|${account}`
  const known = state.get(DelegateVotes, id)
  seeAccount(state, account, origin)
  if (!pool) return state.reject(origin, `${event.kind}: no such pool: ${event.pool}`)
  const votes =
    known ??
    new DelegateVotes({
      id,
      chain: origin.chain,
      poolId: pool.id,
      modelId: pool.modelId,
      delegateId: account,
    })
  votes.votes = event.votes
  votes.block = origin.block
  votes.time = new Date(origin.time)
  state.put(DelegateVotes, votes)
}

export function rewardPaid(state: LedgerState, event: RewardPaid): void {
  const { origin, account, token } = event
  seeAccount(state, account, origin)
  seeToken(state, token, origin)
  state.add(
    RewardClaim,
    new RewardClaim({
      id: state.factId(RewardClaim, origin),
      kind: event.rewardKind as RewardKind,
      modelId: event.model,
      accountId: account,
      tokenId: token,
      amount: event.amount,
      ...originColumns(origin),
    }),
  )
}
