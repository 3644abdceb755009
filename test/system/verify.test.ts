import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { Pipeline } from './pipeline'
import { type ScenarioChains, scenarioChains } from './scenarioChains'

let chains: ScenarioChains
let database: TestDatabase
let pipeline: Pipeline

beforeAll(async () => {
  ;[chains, database] = await Promise.all([scenarioChains(), freshDatabase()])
  pipeline = new Pipeline({
    database,
    chains: { alpha: chains.alpha.url, beta: chains.beta.url },
    finality: 20,
  })
  await Promise.all([pipeline.index('alpha'), pipeline.index('beta')])
  await pipeline.caughtUp()
})

afterAll(async () => {
  await pipeline?.stop()
  await Promise.all([database?.drop(), chains?.close()])
})

/** The first row's id of a table, of chain alpha. */
async function firstOf(table: string): Promise<string> {
  const { rows } = await database.pool.query(
    `SELECT min(id) AS id FROM "${table}" WHERE chain = 'eip155:31337'`,
  )
  return rows[0].id
}

describe('provenance verify', () => {
  test('says nothing of what its processors wrote, while they follow chains that go on', async () => {
    const [verified] = await Promise.all([pipeline.verify(), chains.liveOn(150)])
    expect(verified).toMatchObject({ code: 0, differences: [] })
    expect(verified.said).toMatch(/alpha: \d+ rows at block \d+ \(0x[0-9a-f]{64}\) compared, 0 differ/)
    expect(verified.said).toMatch(/beta: \d+ rows at block/)
  })

  test('of facts alone says nothing either', async () => {
    const verified = await pipeline.verify('--facts')
    expect(verified).toMatchObject({ code: 0, differences: [] })
    expect(verified.said).toMatch(/alpha: \d\d+ states compared with their facts, 0 differ/)
  })

  test('leaves nothing behind', async () => {
    const { rows } = await database.pool.query(
      `SELECT nspname FROM pg_namespace WHERE nspname LIKE 'refold%'`,
    )
    expect(rows).toEqual([])
  })

  test('lists exactly what somebody changed in the tables', async () => {
    await pipeline.caughtUp()
    await pipeline.stop()
    const [model, position, accrual, total, token] = await Promise.all(
      ['model', 'stake_position', 'royalty_accrual', 'royalty_total', 'token'].map(firstOf),
    )
    const { pool } = database
    const { rows } = await pool.query(`SELECT version FROM model WHERE id = $1`, [model])
    await pool.query(`UPDATE model SET version = 77, name = NULL WHERE id = $1`, [model])
    await pool.query(`UPDATE stake_position SET shares = shares + 1 WHERE id = $1`, [position])
    await pool.query(`DELETE FROM royalty_accrual WHERE id = $1`, [accrual])
    await pool.query(
      `INSERT INTO royalty_total SELECT 'eip155:31337/made-up', chain, from_model_id, to_model_id, token_id, 1, 1
         FROM royalty_total WHERE id = $1`,
      [total],
    )
    // What a token is called is asked of its contract, not folded from logs.
    await pool.query(`UPDATE token SET symbol = 'ODD' WHERE id = $1`, [token])

    const { code, differences } = await pipeline.verify('--chain', 'alpha')
    expect(code).toBe(1)
    const told = differences.map(({ entity, id, column }) => ({ entity, id, column }))
    expect(new Set(told)).toEqual(
      new Set([
        { entity: 'Model', id: model, column: 'name' },
        { entity: 'Model', id: model, column: 'version' },
        { entity: 'StakePosition', id: position, column: 'shares' },
        { entity: 'RoyaltyAccrual', id: accrual, column: null },
        { entity: 'RoyaltyTotal', id: 'eip155:31337/made-up', column: null },
      ]),
    )
    expect(told.length).toBe(5)
    const of = (entity: string, column: string | null) =>
      differences.find(each => each.entity === entity && each.column === column)!
    expect(of('Model', 'version')).toMatchObject({ there: '77', refolded: String(rows[0].version) })
    const shares = of('StakePosition', 'shares')
    expect(BigInt(shares.there as string) - BigInt(shares.refolded as string)).toBe(1n)
    expect(of('RoyaltyAccrual', null)).toMatchObject({ there: null, refolded: { id: accrual } })
    expect(of('RoyaltyTotal', null)).toMatchObject({ there: { accrued: '1' }, refolded: null })

    // What the facts alone tell of it.
    const facts = await pipeline.verify('--chain', 'alpha', '--facts')
    expect(facts.code).toBe(1)
    const byFacts = facts.differences.map(({ entity, column }) => `${entity}.${column}`)
    expect(byFacts).toEqual(
      expect.arrayContaining([
        'Model.version',
        'StakePosition.shares',
        'RoyaltyBalance.accrued',
        'RoyaltyTotal.accrued',
      ]),
    )
    expect(byFacts).not.toContain('Token.symbol')

    expect(await pipeline.verify('--chain', 'beta')).toMatchObject({ code: 0, differences: [] })
  })

  test('and puts it right, where no processor of the chain runs', async () => {
    const processor = await pipeline.index('alpha')
    await caughtUpAgain()
    const refused = await pipeline.verify('--chain', 'alpha', '--repair')
    expect(refused.code).toBe(1)
    expect(refused.said).toMatch(/another process writes this chain's rows/)
    await processor.stop()

    const repaired = await pipeline.verify('--chain', 'alpha', '--repair')
    expect(repaired.code).toBe(0)
    expect(repaired.differences.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['Model', 'StakePosition', 'RoyaltyAccrual', 'RoyaltyTotal']),
    )
    expect(await pipeline.verify('--chain', 'alpha')).toMatchObject({ code: 0, differences: [] })
    await pipeline.index('alpha')
    await caughtUpAgain()
    expect(await pipeline.verify('--chain', 'alpha')).toMatchObject({ code: 0, differences: [] })
    // What was asked of a contract is not a fold's to say.
    const { rows } = await database.pool.query(`SELECT count(*)::int AS n FROM token WHERE symbol = 'ODD'`)
    expect(rows[0].n).toBe(1)
  })
})

/** Once alpha's processor, which was started again, has read a block that is new to it. */
async function caughtUpAgain(): Promise<void> {
  await chains.alpha.rpc('evm_mine')
  await pipeline.caughtUp()
}
