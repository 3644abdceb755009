import { Contribution, Model, RewardRound } from '../model'
import type { ContributionRewardClaimed, ContributorsRewarded, RewardRoundOpened } from './agentEvents'
import { contributionOf, POINTS } from './contributions'
import type { Origin } from './events'
import { originColumns, seeAccount, seeToken } from './parties'
import { royaltyAccrued, royaltyClaimed } from './royalties'
import type { LedgerState } from './state'

/*
 * What contributions earn (Virtuals' AgentRewardV2) is in no event: it follows from their impacts as the contract divides
 * it. It is credited to who owns the contribution then; whoever owns it later is paid.
 */

export function rewardRoundOpened(state: LedgerState, event: RewardRoundOpened): void {
  const { origin } = event
  seeToken(state, event.token, origin)
  state.add(
    RewardRound,
    new RewardRound({
      id: state.factId(RewardRound, origin),
      modelId: event.model,
      number: event.number,
      tokenId: event.token,
      stakerAmount: event.stakerAmount ?? null,
      validatorAmount: event.validatorAmount,
      contributorAmount: event.contributorAmount ?? null,
      ...originColumns(origin),
    }),
  )
}

/**
 * share = floor(coreAmount × the impact at the first round / Σ present impacts of the core), of which the parent gets
 * floor(share × parentShares / 10,000). So shares of a core may add up to more, or less, than its amount.
 */
export function contributorsRewarded(state: LedgerState, event: ContributorsRewarded): void {
  const { origin, model, token, coreAmount, parentShares } = event
  const services = state.list(Contribution, 'modelId', model).filter(({ accepted }) => accepted)
  const impacts = new Map<number | null | undefined, bigint>()
  for (const service of services) {
    const impact = service.impact ?? 0n
    if (impact === 0n) continue
    if (service.rewardImpact === 0n) service.rewardImpact = impact
    impacts.set(service.serviceCore, (impacts.get(service.serviceCore) ?? 0n) + impact)
  }
  for (const service of services) {
    const all = impacts.get(service.serviceCore)
    if (service.rewardImpact === 0n || all === undefined) continue
    const share = (coreAmount * service.rewardImpact) / all
    const passedOn = service.parentId ? (share * parentShares) / POINTS : 0n
    service.ownPending += accrue(state, service.id, service.id, 'OWN', share - passedOn, token, origin)
    state.put(Contribution, service)
    if (!service.parentId) continue
    const parent = contributionOf(state, service.parentId, origin)
    parent.childrenPending += accrue(state, service.id, parent.id, 'OTHER', passedOn, token, origin)
    state.put(Contribution, parent)
  }
}

/** What it is paid beyond what was known to be earned, as of rounds before the first block, is earned now. */
export function contributionRewardClaimed(state: LedgerState, event: ContributionRewardClaimed): void {
  const { origin, contribution: id, account, token, total, childrenAmount } = event
  const row = contributionOf(state, id, origin)
  seeAccount(state, account, origin)
  if (childrenAmount > total) return state.reject(origin, 'children earned more than the whole')
  const settle = (kind: 'OWN' | 'OTHER', pending: bigint, paid: bigint): bigint => {
    if (paid <= pending) return pending - paid
    credit(state, id, id, kind, paid - pending, token, account, origin)
    return 0n
  }
  row.ownPending = settle('OWN', row.ownPending, total - childrenAmount)
  row.childrenPending = settle('OTHER', row.childrenPending, childrenAmount)
  state.put(Contribution, row)
  royaltyClaimed(state, { kind: 'royaltyClaimed', origin, account, token, amount: total, model: id })
}

/** @returns what was credited: nothing where nobody owns the contribution */
function accrue(
  state: LedgerState,
  from: string,
  to: string,
  kind: 'OWN' | 'OTHER',
  amount: bigint,
  token: string,
  origin: Origin,
): bigint {
  const owner = state.get(Model, to)?.ownerId
  if (amount === 0n || !owner) return 0n
  credit(state, from, to, kind, amount, token, owner, origin)
  return amount
}

function credit(
  state: LedgerState,
  from: string,
  to: string,
  accrualKind: 'OWN' | 'OTHER',
  amount: bigint,
  token: string,
  beneficiary: string,
  origin: Origin,
): void {
  royaltyAccrued(state, { kind: 'royaltyAccrued', origin, accrualKind, from, to, token, amount, beneficiary })
}
