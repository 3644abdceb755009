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
  WalletPaid,
} from './agentEvents'
import { AGENT_WALLET } from './ids'
import { originColumns, seeAccount, seeToken } from './parties'
import { feePaid, royaltyAccrued, royaltyClaimed } from './royalties'
import type { LedgerState } from './state'

/** A model has one current contract a role, but where those of a role stand beside each other. */
export function modelContractNamed(state: LedgerState, event: ModelContractNamed): void {
  const { origin, model, role, account } = event
  const id = `${model}|${role}|${account}`
  if (account !== undefined) seeAccount(state, account, origin)
  if (!event.beside) {
    for (const former of state.list(ModelContract, 'modelId', model)) {
      if (!former.current || former.role !== role || former.id === id) continue
      former.current = false
      state.put(ModelContract, former)
    }
  }
  if (account === undefined) return
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

/**
 * Earned, and paid out at once: the wallet has it. A wallet of several models (whoever registers one is its first wallet)
 * is nobody's: which of them was paid for, the chain does not tell.
 */
export function walletPaid(state: LedgerState, event: WalletPaid): void {
  const { origin, fee, token, amount, wallet } = event
  const of = state
    .list(ModelContract, 'accountId', wallet)
    .filter(({ current, role }) => current && role === AGENT_WALLET)
  if (of.length !== 1) return
  const model = of[0]!.modelId
  const paid = { origin, token, fee }
  feePaid(state, {
    ...paid,
    kind: 'feePaid',
    model,
    feeKind: 'USAGE',
    payer: event.payer,
    gross: amount,
    protocolFee: 0n,
    net: amount,
  })
  royaltyAccrued(state, {
    ...paid,
    kind: 'royaltyAccrued',
    accrualKind: 'OWN',
    from: model,
    to: model,
    amount,
    beneficiary: wallet,
  })
  royaltyClaimed(state, { origin, kind: 'royaltyClaimed', account: wallet, token, amount, model })
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
