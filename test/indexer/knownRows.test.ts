import type { Store } from '@subsquid/typeorm-store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ChainDatabase } from '../../src/indexer/database'
import { ChainRows } from '../../src/indexer/knownRows'
import { loadFrom } from '../../src/indexer/load'
import { LedgerState } from '../../src/ledger/state'
import { Account } from '../../src/model'
import { freshDatabase, type TestDatabase } from '../fixtures/database'

const CHAIN = 31337

function account(id: string, block = 1): Account {
  return new Account({ id, chain: `eip155:${CHAIN}`, address: id, block, time: new Date(0) })
}

function changes(...states: Account[]): { entity: typeof Account; states: Account[] }[] {
  return [{ entity: Account, states }]
}

describe('what is known of a chain’s rows', () => {
  test('nothing at first, but that there is none where the chain starts empty', () => {
    const rows = new ChainRows('eip155:1')
    expect(rows.row(Account, 'eip155:1:0xa')).toBeUndefined()
    rows.startEmpty()
    expect(rows.row(Account, 'eip155:1:0xa')).toBeNull()
  })

  test('other chains’ rows never, not even of one whose number begins alike', () => {
    const rows = new ChainRows('eip155:1')
    rows.startEmpty()
    rows.learn(Account, 'eip155:10:0xa', account('eip155:10:0xa'))
    expect(rows.row(Account, 'eip155:10:0xa')).toBeUndefined()
    expect(rows.row(Account, 'eip155:2:0xa')).toBeUndefined()
  })

  test('what was read, and what was folded since, committed or not', () => {
    const rows = new ChainRows('eip155:1')
    rows.learn(Account, 'eip155:1:0xa', null)
    expect(rows.row(Account, 'eip155:1:0xa')).toBeNull()
    rows.stage(changes(account('eip155:1:0xa', 1)))
    rows.stage(changes(account('eip155:1:0xa', 2)))
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
    rows.commit()
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
    rows.commit()
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
  })

  test('what is folded and not committed, whatever else is read meanwhile: the database does not have it', () => {
    const rows = new ChainRows('eip155:1')
    rows.stage(changes(account('eip155:1:0xa')))
    for (let n = 0; n < 200_000; n++) rows.learn(Account, `eip155:1:${n}`, null)
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 1 })
  })

  test('a bounded number: what was not asked for lately is forgotten, not taken for absent', () => {
    const rows = new ChainRows('eip155:1')
    rows.startEmpty()
    const id = (n: number) => `eip155:1:${n}`
    rows.learn(Account, 'eip155:1:often', account('eip155:1:often'))
    for (let n = 0; n < 200_000; n++) {
      rows.learn(Account, id(n), account(id(n)))
      if (n % 1000 === 0) expect(rows.row(Account, 'eip155:1:often')).toBeDefined()
    }
    expect(rows.row(Account, id(0))).toBeUndefined()
    expect(rows.row(Account, 'eip155:1:never')).toBeUndefined()
    expect(rows.row(Account, id(199_999))).toMatchObject({ id: id(199_999) })
  })
})

describe('the database', () => {
  let database: TestDatabase
  let chain: ChainDatabase

  beforeAll(async () => {
    database = await freshDatabase()
  })

  beforeEach(async () => {
    await chain?.disconnect()
    await database.pool.query(`DROP SCHEMA IF EXISTS squid_${CHAIN} CASCADE`)
    chain = new ChainDatabase(database.url, CHAIN)
    await chain.connect()
  })

  afterAll(async () => {
    await chain.disconnect()
    await database.drop()
  })

  const ID = `eip155:${CHAIN}:0xa`
  const start = { height: -1, hash: '0x' }
  const one = { height: 1, hash: '0x01' }
  const stage = async (_: Store) => chain.rows.stage(changes(account(ID)))

  test('a batch that fails leaves nothing known', async () => {
    await expect(
      chain.transact({ prevHead: start, nextHead: one }, async store => {
        await stage(store)
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(chain.rows.row(Account, ID)).toBeUndefined()
  })

  test('a hot batch leaves nothing known: its rows, and those before, may be rolled back', async () => {
    await chain.transact({ prevHead: start, nextHead: one }, stage)
    expect(chain.rows.row(Account, ID)).toMatchObject({ block: 1 })
    const hot = { finalizedHead: one, baseHead: one, newBlocks: [{ height: 2, hash: '0x02' }] }
    await chain.transactHot2(hot, async (store: Store) => {
      expect(chain.rows.row(Account, ID)).toBeUndefined()
      await stage(store)
    })
    expect(chain.rows.row(Account, ID)).toBeUndefined()
  })

  test('is asked for all rows of a value once what was folded before is committed, and for one row at once', async () => {
    let settle = () => {}
    const settled = new Promise<void>(resolve => {
      settle = resolve
    })
    const load = loadFrom({ client: database.pool, source: chain.source, rows: chain.rows, settled })
    const state = new LedgerState()
    state.list(Account, 'address', ID)
    state.get(Account, `${ID}b`)
    let loaded = false
    const loading = load(state.takeMissing()!, state).then(() => {
      loaded = true
    })
    await chain.transact({ prevHead: start, nextHead: one }, async store => {
      await store.insert([account(ID)])
    })
    expect(loaded).toBe(false)
    expect(chain.rows.row(Account, `${ID}b`)).toBeNull()
    settle()
    await loading
    expect(state.list(Account, 'address', ID)).toMatchObject([{ id: ID }])
    await database.pool.query('DELETE FROM account')
  })

  test('a process that goes on from another’s work takes nothing for absent', async () => {
    await chain.transact({ prevHead: start, nextHead: one }, stage)
    await chain.disconnect()
    chain = new ChainDatabase(database.url, CHAIN)
    await chain.connect()
    expect(chain.rows.row(Account, ID)).toBeUndefined()
  })
})
