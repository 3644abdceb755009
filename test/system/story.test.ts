import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'
import { type Replay, replayServer } from '../../src/replay/replayServer'
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
