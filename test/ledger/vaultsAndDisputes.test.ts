import { describe, expect, test } from 'vitest'
import type { DomainEvent, Origin } from '../../src/ledger/events'
import { fold } from '../../src/ledger/fold'
import type { EntityClass, LedgerState, Row } from '../../src/ledger/state'
import {
  Dispute,
  Model,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyTotal,
  VaultCredit,
  VaultHolding,
} from '../../src/model'

const [vault, holder, model, token] = [
  'eip155:1:0xva',
  'eip155:1:0xho',
  'eip155:1/story:0xip',
  'eip155:1/erc20:0xc0',
]

/** Of the n-th transaction, one log each. */
function at(transaction: number, logIndex = 0): Origin {
  return {
    chain: 'eip155:1',
    protocol: 'story',
    block: transaction,
    time: transaction * 1000,
    transaction: `0x${transaction}`,
    logIndex,
    contract: '0xc1',
  }
}

const deployed: DomainEvent[] = [
  { kind: 'vaultSharesMoved', origin: at(1), vault, to: holder, shares: 3n },
  { kind: 'vaultDeployed', origin: at(1, 1), vault, model },
]
const added = (transaction: number, amount: bigint): DomainEvent => ({
  kind: 'vaultRevenueAdded',
  origin: at(transaction),
  vault,
  token,
  amount,
})

/** Nothing is there before. */
async function folded(...events: DomainEvent[]): Promise<LedgerState> {
  return fold(events, async (missing, state) => {
    for (const [entity, ids] of missing.rows) {
      for (const id of ids) state.provide(entity as EntityClass<Row>, id, null)
    }
    for (const [entity, ids] of missing.facts) {
      for (const id of ids) state.provideFact(entity, id, false)
    }
    for (const [entity, fields] of missing.lists) {
      for (const [field, values] of fields) {
        for (const value of values) state.provideList(entity as EntityClass<Row>, field, value, [])
      }
    }
  })
}

function rows<T extends Row>(state: LedgerState, entity: EntityClass<T>): T[] {
  const change = state.changes().find(one => one.entity === (entity as unknown))
  return [...(change?.states ?? []), ...(change?.facts ?? [])] as T[]
}

const reasons = (state: LedgerState) => state.rejections().map(one => one.reason)

describe('a vault', () => {
  test('accrues revenue that its transaction explains, even where the explanation is the last log of all', async () => {
    const state = await folded(...deployed, added(2, 10n), {
      kind: 'royaltyAccrued',
      origin: at(2, 1),
      accrualKind: 'ANCESTOR',
      from: 'eip155:1/story:0xd',
      to: model,
      token,
      amount: 10n,
    })
    expect(rows(state, RoyaltyAccrual)).toMatchObject([
      { kind: 'ANCESTOR', logIndex: 0, amount: 10n, beneficiaryId: vault },
    ])
    expect(rows(state, VaultCredit)).toMatchObject([
      { amount: 10n, accrualId: rows(state, RoyaltyAccrual)[0]!.id },
    ])
    expect(rows(state, RoyaltyBalance)).toMatchObject([{ accountId: holder, accrued: 10n, claimed: 0n }])
    expect(rows(state, RoyaltyTotal)).toMatchObject([
      { fromModelId: 'eip155:1/story:0xd', accrued: 10n, count: 1 },
    ])
  })

  test('does not take an explanation of another transaction', async () => {
    const late: DomainEvent = {
      kind: 'royaltyAccrued',
      origin: at(3),
      accrualKind: 'ANCESTOR',
      from: 'eip155:1/story:0xd',
      to: model,
      token,
      amount: 10n,
    }
    const state = await folded(...deployed, added(2, 10n), late)
    expect(rows(state, RoyaltyAccrual).map(row => row.kind)).toEqual(['OTHER'])
    expect(reasons(state)).toEqual([expect.stringContaining('was given no such revenue before')])
  })

  test('rejects shares that nobody holds, and says so', async () => {
    const state = await folded(...deployed, {
      kind: 'vaultSharesMoved',
      origin: at(2),
      vault,
      from: holder,
      to: 'eip155:1:0xother',
      shares: 4n,
    })
    expect(reasons(state)).toEqual([`${holder} moved 4 royalty tokens and had 3`])
    expect(rows(state, VaultHolding).map(row => row.shares)).toEqual([3n])
  })

  test('rejects revenue before its model is known', async () => {
    const state = await folded(deployed[0]!, added(2, 10n))
    expect(reasons(state)).toEqual([`revenue of vault ${vault}, whose model is not known`])
    expect(rows(state, RoyaltyAccrual)).toEqual([])
  })

  test('that pays more than we know of corrects us', async () => {
    const state = await folded(...deployed, added(2, 10n), {
      kind: 'royaltyClaimed',
      origin: at(3),
      vault,
      account: holder,
      token,
      amount: 11n,
    })
    expect(rows(state, VaultCredit).map(row => [row.amount, row.accrualId === null])).toEqual([
      [10n, false],
      [1n, true],
    ])
    expect(rows(state, RoyaltyBalance)).toMatchObject([{ accrued: 11n, claimed: 11n }])
  })
})

describe('a dispute', () => {
  const raised: DomainEvent[] = [
    { kind: 'modelRegistered', origin: at(1), model, modelKind: 'MODEL' },
    { kind: 'disputeRaised', origin: at(2), dispute: 'd1', model, initiator: holder, tag: 'PLAGIARISM' },
  ]
  const judged: DomainEvent = { kind: 'disputeJudged', origin: at(3), dispute: 'd1', upheld: true }
  const resolved: DomainEvent = { kind: 'disputeClosed', origin: at(4), dispute: 'd1', status: 'RESOLVED' }

  test('taints when it is upheld, and no longer when it is resolved', async () => {
    expect(rows(await folded(...raised), Model)).toMatchObject([{ taintCount: 0, tainted: false }])
    expect(rows(await folded(...raised, judged), Model)).toMatchObject([{ taintCount: 1, tainted: true }])
    const state = await folded(...raised, judged, resolved)
    expect(rows(state, Model)).toMatchObject([{ taintCount: 0, tainted: false }])
    expect(rows(state, Dispute)).toMatchObject([
      { status: 'RESOLVED', judgedAt: new Date(3000), closedAt: new Date(4000) },
    ])
  })

  test('is judged and closed once', async () => {
    const state = await folded(...raised, judged, judged, resolved, resolved)
    expect(reasons(state)).toEqual([
      'judgement of dispute d1, which is UPHELD',
      'dispute d1 is RESOLVED already',
    ])
    expect(rows(state, Model)).toMatchObject([{ taintCount: 0 }])
  })

  test('that nobody raised cannot be judged', async () => {
    expect(reasons(await folded(judged, resolved))).toEqual([
      'judgement of an unknown dispute: d1',
      'unknown dispute was closed: d1',
    ])
  })
})
