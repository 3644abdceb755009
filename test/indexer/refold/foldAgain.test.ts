import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { entities } from '../../../src/indexer/entities'
import { tableOf } from '../../../src/indexer/entityTable'
import { FoldAgain } from '../../../src/indexer/refold/foldAgain'
import { Scratch } from '../../../src/indexer/refold/scratch'
import { DiscoveredContract, RejectedLog } from '../../../src/model'
import type { Protocol } from '../../../src/protocols/protocol'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { freshDatabase, type TestDatabase } from '../../fixtures/database'

const CHAIN = { id: 77, name: 'toy' }
const FACTORY = '0xfa'
const ANNOUNCES = '0xa0'

/** A factory announces contracts: each is a row. */
const protocol: Protocol = {
  name: 'toy',
  revision: 1,
  deployments: {},
  roles: { factory: { required: true, doc: '' } },
  handlers: { factory: { [ANNOUNCES]: { event: 'Announces()', handle: () => [] } } },
  discovers: [{ by: 'factory', topic: ANNOUNCES, role: 'child', address: ({ data }) => data }],
}
const sources = [{ protocol, deployment: { contracts: { factory: FACTORY }, firstBlock: 0 } }]

function block(height: number, ...announced: string[]): RangeBlock {
  const logs = announced.map((data, logIndex) => ({
    address: FACTORY,
    topics: [ANNOUNCES],
    data,
    transactionHash: `0x${height}-${logIndex}`,
    logIndex,
  }))
  const header = { height, hash: `0x${height}`, parentHash: `0x${height - 1}`, timestamp: height * 1000 }
  return { header, logs }
}

let database: TestDatabase
let scratch: Scratch

beforeEach(async () => {
  database = await freshDatabase()
  scratch = await Scratch.open(database.url, CHAIN)
})

afterEach(async () => {
  await scratch.close()
  await database.drop()
})

const nameOf = (entity: (typeof entities)[number]) => tableOf(scratch.source, entity).name

async function column(name: string, entity: (typeof entities)[number]): Promise<string[]> {
  const { rows } = await scratch.pool.query(`SELECT ${name} AS value FROM ${nameOf(entity)} ORDER BY 1`)
  return rows.map(({ value }) => value)
}

describe('a chain that is folded again', () => {
  test('rejects logs whose rows cannot be written, in whichever batch, and keeps all others', async () => {
    await scratch.pool.query(
      `ALTER TABLE ${nameOf(DiscoveredContract)} ADD CHECK (address NOT LIKE '0xbad%')`,
    )
    const fold = new FoldAgain(scratch, { chain: 'eip155:77', sources, tokens: {} })
    await fold.add([block(1, '0xc1')])
    await fold.add([block(2, '0xc2', '0xbad1', '0xc3'), block(3, '0xbad2', '0xc4')])
    await fold.add([block(4, '0xc5', '0xc2')])
    await fold.add([block(5, '0xbad3')])
    await fold.settled()
    expect(await column('address', DiscoveredContract)).toEqual(['0xc1', '0xc2', '0xc3', '0xc4', '0xc5'])
    expect(await column('data', RejectedLog)).toEqual(['0xbad1', '0xbad2', '0xbad3'])
  })

  test('blames no log for a connection that is lost', async () => {
    const fold = new FoldAgain(scratch, { chain: 'eip155:77', sources, tokens: {} })
    await fold.add([block(1, '0xc1')])
    await fold.settled()
    await database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'provenance-refold%'`,
    )
    await expect(scratch.requireHeld()).rejects.toThrow()
    await fold.add([block(2, '0xc2')]).catch(() => {})
    await fold.settled().catch(() => {})
    expect(await column('data', RejectedLog)).toEqual([])
  })

  test('is folded by one process at a time', async () => {
    await expect(Scratch.open(database.url, CHAIN)).rejects.toThrow(
      /toy: another process folds this chain again just now/,
    )
    await (await Scratch.open(database.url, { id: 78, name: 'other' })).close()
  })
})
