import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'
import { withSnapshot } from '../../src/postgres/snapshot'
import { type Replay, replayServer } from '../../src/replay/replayServer'
import { royaltyDues } from '../../src/royalties/dues'
import { royaltyFlow } from '../../src/royalties/flow'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { type Reading, readRecording } from '../protocols/story/reading'
import { Pipeline } from './pipeline'

const FILE = join(packageRoot, 'src/sandbox/recordings/story.jsonl')

describe("the recording of Story's contracts, from eth_getLogs to the tables, equals an independent reading of it", () => {
  let replay: Replay
  let database: TestDatabase
  let pipeline: Pipeline
  let reading: Reading

  beforeAll(async () => {
    reading = readRecording(FILE)
    replay = await replayServer({ files: [FILE], chainId: 1514, tailBlocks: 24 })
    database = await freshDatabase()
    pipeline = new Pipeline({ database, chains: { story: replay.url }, finality: 20 })
    await pipeline.index('story')
    await pipeline.caughtUp()
  })

  afterAll(async () => {
    await pipeline?.stop()
    await replay?.stop()
    await database?.drop()
  })

  /** Rows with the reading's names and types: camelCase, amounts as text. */
  async function rows(select: string, from: string): Promise<object[]> {
    return (await database.pool.query(`SELECT ${select} FROM ${from}`)).rows
  }

  test('models, with their owners and taint', async () => {
    expect(
      await rows(
        'id, kind, name, owner_id AS "ownerId", taint_count AS "taintCount"',
        'model ORDER BY id COLLATE "C"',
      ),
    ).toEqual(reading.models)
  })

  test('edges, with share, policy and terms', async () => {
    expect(
      await rows(
        `child_id AS "childId", parent_id AS "parentId", ordinal, share_ppm AS "sharePpm",
         share_numerator AS "shareNumerator", policy, terms_id AS "termsId"`,
        'lineage_edge ORDER BY child_id COLLATE "C", parent_id COLLATE "C"',
      ),
    ).toEqual(reading.edges)
  })

  test('fees', async () => {
    expect(
      await rows(
        `block, log_index AS "logIndex", kind, model_id AS "modelId", payer_id AS "payerId",
         payer_model_id AS "payerModelId", token_id AS "tokenId", gross, protocol_fee AS "protocolFee", net`,
        'usage_fee ORDER BY block, log_index',
      ),
    ).toEqual(reading.fees)
  })

  test('accruals', async () => {
    expect(
      await rows(
        `block, log_index AS "logIndex", kind, from_model_id AS "fromModelId", to_model_id AS "toModelId",
         token_id AS "tokenId", amount, beneficiary_id AS "beneficiaryId"`,
        'royalty_accrual ORDER BY block, log_index, id COLLATE "C"',
      ),
    ).toEqual(reading.accruals)
  })

  test('claims, and what each account has accrued and claimed', async () => {
    expect(
      await rows(
        `block, log_index AS "logIndex", account_id AS "accountId", model_id AS "modelId", token_id AS "tokenId", amount`,
        'royalty_claim ORDER BY block, log_index',
      ),
    ).toEqual(reading.claims)
    expect(
      await rows(
        `account_id AS "accountId", token_id AS "tokenId", accrued, claimed`,
        'royalty_balance ORDER BY account_id COLLATE "C", token_id COLLATE "C"',
      ),
    ).toEqual(reading.balances)
  })

  test('a policy owes nothing right after it moved all, pair by pair, and what it owes in the end is the rest', async () => {
    const moves = reading.accruals.filter(({ kind }) => kind === 'ANCESTOR')
    expect(moves).toHaveLength(5)
    const { rows: blocks } = await database.pool.query<{ height: number; time: Date }>(
      'SELECT DISTINCT block AS height, time FROM royalty_accrual',
    )
    const timeAfter = new Map(blocks.map(({ height, time }) => [height, new Date(time.getTime() + 1)]))
    const pair = async (child: string, ancestor: string, tokenId: string, to?: Date) => {
      const flow = await withSnapshot(database.pool, { timeoutMs: 30_000 }, db =>
        royaltyFlow(db, { model: ancestor, direction: 'IN', to }),
      )
      const node = flow.nodes.find(({ model }) => model === child)!
      return node.amounts.find(({ token }) => token === tokenId)!
    }
    const pairs = new Map<string, bigint>()
    for (const { block, fromModelId, toModelId, tokenId, amount } of moves) {
      const key = `${fromModelId} ${toModelId} ${tokenId}`
      const moved = (pairs.get(key) ?? 0n) + BigInt(amount)
      pairs.set(key, moved)
      const after = await pair(fromModelId, toModelId, tokenId, timeAfter.get(block))
      expect(after).toMatchObject({ entitled: moved, accrued: moved, owed: 0n, overpaid: 0n })
    }
    // Nobody paid after the last of them: only pairs that were never moved are still owed something.
    const dues = await withSnapshot(database.pool, { timeoutMs: 30_000 }, db =>
      royaltyDues(db, [...new Set(reading.models.map(({ id }) => id))]),
    )
    const owed = [...dues].flatMap(([model, { totals }]) =>
      totals.map(total => ({ model, owed: total.owed, overpaid: total.overpaid })),
    )
    expect(owed.filter(one => one.overpaid !== 0n)).toEqual([])
    // The fork's minting fee of 4: a tenth to each of its two parents, of which one has had it moved.
    const second = 'eip155:1514/story:0x64b6d2'
    expect(owed.filter(one => one.owed !== 0n)).toEqual([
      { model: expect.stringContaining(second), owed: 400_000_000_000_000_000n, overpaid: 0n },
    ])
  })

  test('disputes and the taint of descendants', async () => {
    expect(
      await rows(
        `id, model_id AS "modelId", tag, status, inherited, parent_dispute_id AS "parentDisputeId", from_model_id AS "fromModelId"`,
        'dispute ORDER BY id COLLATE "C"',
      ),
    ).toEqual(reading.disputes)
  })

  test('licences and offers', async () => {
    expect(
      await rows(
        `block, log_index AS "logIndex", model_id AS "modelId", terms_id AS "termsId", receiver_id AS "receiverId", amount`,
        'license ORDER BY block, log_index',
      ),
    ).toEqual(reading.licenses)
    expect(
      await rows(`id, model_id AS "modelId", terms_id AS "termsId"`, 'license_offer ORDER BY id COLLATE "C"'),
    ).toEqual(reading.offers)
  })

  test('no log was rejected', async () => {
    expect(await rows('reason', 'rejected_log')).toEqual([])
  })

  test('and folded again it is the same', async () => {
    expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
    expect(await pipeline.verify('--facts')).toMatchObject({ code: 0, differences: [] })
  })
})
