import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decode } from '../../src/indexer/decode'
import type { EntityClass, Row } from '../../src/ledger/state'
import {
  Account,
  CrossChainTransfer,
  LineageEdge,
  Model,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyClaim,
  RoyaltyHop,
  RoyaltyVault,
  UsageFee,
  VaultCredit,
} from '../../src/model'
import { withSnapshot } from '../../src/postgres/snapshot'
import type { ProtocolLog } from '../../src/protocols/protocol'
import { reference } from '../../src/protocols/reference/reference'
import { type RoyaltyFlow, royaltyFlow } from '../../src/royalties/flow'
import { configuredContracts } from '../../src/sandbox/deploy'
import { buildStatement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Memory } from '../ledger/memory'
import { MemoryStore, recordedLogs } from '../protocols/story/memoryStore'
import { setHeights } from '../statements/rows'
import { type ScenarioChains, scenarioChains } from '../system/scenarioChains'
import { routeByHand, type World } from './routerByHand'
import { insertEntities } from './tables'

/** Real contracts moved the money; the lineage must say the same. */

const STORY = 'eip155:1514/story'
const TABLES: [string, EntityClass<Row>][] = [
  ['account', Account],
  ['model', Model],
  ['lineage_edge', LineageEdge],
  ['usage_fee', UsageFee],
  ['royalty_hop', RoyaltyHop],
  ['royalty_accrual', RoyaltyAccrual],
  ['royalty_claim', RoyaltyClaim],
  ['royalty_vault', RoyaltyVault],
  ['vault_credit', VaultCredit],
  ['cross_chain_transfer', CrossChainTransfer],
] as [string, EntityClass<Row>][]

/** When those heights were: after all that happens here. */
const LATER = '2099-01-01T00:00:00.000Z'

function flowInto(database: TestDatabase, model: string): Promise<RoyaltyFlow> {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, db => royaltyFlow(db, { model, direction: 'IN' }))
}

/** What statements of all time say that each account can claim, by account and token, zeros left out. */
async function closings(
  database: TestDatabase,
  accounts: readonly Account[],
): Promise<Record<string, bigint>> {
  const result: Record<string, bigint> = {}
  for (const { id } of accounts) {
    await withSnapshot(database.pool, { timeoutMs: 30_000 }, async db => {
      const statement = await buildStatement(db, {
        account: id,
        from: '2000-01-01',
        to: '2100-01-01',
        partial: true,
      })
      for await (const _ of statement.batches()); // throws where the lines do not add up
      for (const { token, closing } of statement.tokens)
        if (closing !== 0n) result[`${id}|${token}`] = closing
    })
  }
  return result
}

function claimable(balances: readonly RoyaltyBalance[]): Record<string, bigint> {
  const open = balances.filter(({ accrued, claimed }) => accrued !== claimed)
  return Object.fromEntries(open.map(({ id, accrued, claimed }) => [id, accrued - claimed]))
}

describe("Story's contracts, as recorded", () => {
  let database: TestDatabase
  let store: MemoryStore

  beforeAll(async () => {
    store = await new MemoryStore().index(
      recordedLogs(resolve(__dirname, '../../src/sandbox/recordings/story.jsonl')),
    )
    database = await freshDatabase()
    for (const [table, entity] of TABLES) await insertEntities(database.pool, table, store.all(entity))
    await setHeights(database.pool, 'eip155:1514', 1_000_000, [], LATER)
  })
  afterAll(() => database?.drop())

  test('moved to each model what the lineage entitles it to, but for the one transfer that nobody has called for', async () => {
    const owed: [string, bigint][] = []
    for (const { id } of store.all(Model)) {
      const { nodes } = await flowInto(database, id)
      for (const { model, amounts } of nodes) {
        for (const amount of amounts) if (amount.owed !== 0n) owed.push([`${model} to ${id}`, amount.owed])
      }
    }
    // Both parents of 0x1920… are due a tenth of its licence fee of 4 tokens; only one ever called `transferToVault`.
    expect(owed).toEqual([
      [
        `${STORY}:0x1920576fd386ec243000111895a8c464a3648d2e to ${STORY}:0x64b6d2643a305749fc2be16ee4c3a9e6ca6da545`,
        4n * 10n ** 17n,
      ],
    ])
  })

  test('a statement of each account closes with what it can claim', async () => {
    expect(await closings(database, store.all(Account))).toEqual(claimable(store.all(RoyaltyBalance)))
  })
})

describe('the reference contracts, after the scenario', () => {
  const memory = new Memory()
  let chains: ScenarioChains
  let database: TestDatabase

  beforeAll(async () => {
    chains = await scenarioChains()
    database = await freshDatabase()
    const source = {
      protocol: reference,
      deployment: { firstBlock: 0, contracts: configuredContracts() },
    }
    for (const chain of ['alpha', 'beta'] as const) {
      const id = chain === 'alpha' ? 'eip155:31337' : 'eip155:31338'
      await memory.batch(decode(id, [source], await logsOf(chains[chain]), new Map()))
      await setHeights(database.pool, id, 1_000_000, [], LATER)
    }
    for (const [table, entity] of TABLES) await insertEntities(database.pool, table, memory.rows(entity))
  })
  afterAll(async () => {
    await database?.drop()
    await chains?.close()
  })

  test('owe each model what undelivered messages carry for it, and nothing else, to the wei', async () => {
    const parents: World['parents'] = new Map()
    for (const { childId, parentId, sharePpm } of memory.rows(LineageEdge)) {
      parents.set(childId, [...(parents.get(childId) ?? []), { to: parentId, ppm: BigInt(sharePpm ?? 0) }])
    }
    const transfers = memory.rows(CrossChainTransfer)
    const received = new Set(transfers.filter(t => t.direction === 'RECEIVED').map(t => t.guid))
    const expected: Record<string, bigint> = {}
    for (const { guid, fromModelId, toModelId, amount } of transfers.filter(t => t.direction === 'SENT')) {
      if (received.has(guid)) continue
      const open = [{ from: fromModelId!, to: toModelId!, amount }]
      for (const message of open) {
        const { credits, messages } = routeByHand({ parents }, message.to, message.amount, message)
        for (const { model, amount: kept } of credits) expected[model] = (expected[model] ?? 0n) + kept
        open.push(...messages)
      }
    }
    const owed: Record<string, bigint> = {}
    const models = new Set([...memory.rows(Model).map(({ id }) => id), ...Object.keys(expected)])
    expect(models.size).toBeGreaterThanOrEqual(40)
    for (const id of models) {
      const { totals, truncated } = await flowInto(database, id)
      expect(truncated).toBe(false)
      const sum = totals.reduce((all, total) => all + total.owed, 0n)
      if (sum !== 0n) owed[id] = sum
    }
    expect(Object.keys(expected).length).toBeGreaterThan(0)
    expect(owed).toEqual(expected)
  })

  test('a statement of each account closes with what it can claim', async () => {
    const stated = await closings(database, memory.rows(Account))
    expect(stated).toEqual(claimable(memory.rows(RoyaltyBalance)))
    expect(Object.keys(stated).length).toBeGreaterThan(10)
  })
})

async function logsOf(chain: ScenarioChains['alpha']): Promise<ProtocolLog[]> {
  const logs = await chain.rpc<Record<string, string>[]>('eth_getLogs', [
    { fromBlock: '0x0', toBlock: 'latest' },
  ])
  return logs.map(log => ({
    address: log.address!.toLowerCase(),
    topics: log.topics as unknown as string[],
    data: log.data!,
    block: Number(log.blockNumber),
    blockHash: log.blockHash!,
    time: Number(log.blockTimestamp) * 1000,
    transaction: log.transactionHash!,
    logIndex: Number(log.logIndex),
  }))
}
