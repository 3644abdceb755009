import { createLogger } from '@subsquid/logger'
import type { DataSource } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bulkStatements, bulkWrite } from '../../src/indexer/bulkWrite'
import { entityTables } from '../../src/indexer/entities'
import { ChainStore } from '../../src/indexer/store/chainStore'
import { describeAnew, describeFromConfig } from '../../src/indexer/tokens/configured'
import { TokenDescriber } from '../../src/indexer/tokens/describer'
import type { Origin } from '../../src/ledger/events'
import { seeToken } from '../../src/ledger/parties'
import { LedgerState } from '../../src/ledger/state'
import { Token } from '../../src/model'
import { RpcPool } from '../../src/rpc/rpcPool'
import { type TestChain, testChain } from '../fixtures/chain'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { type Behaviour, type Front, frontOf } from '../rpc/proxy'

const CHAIN = 31337
const CAIP2 = `eip155:${CHAIN}`

/** `bytes` as a contract's code: any call returns them. */
function returning(bytes: string): string {
  const length = (bytes.length / 2).toString(16).padStart(4, '0')
  return `0x61${length}600e60003961${length}6000f3${bytes}`
}

/** A string as the ABI encodes it; as a uint8 it reads 32, where the string begins. */
function abiString(text: string): string {
  const hex = Buffer.from(text).toString('hex')
  const word = (n: number) => n.toString(16).padStart(64, '0')
  return word(32) + word(hex.length / 2) + hex.padEnd(Math.ceil(hex.length / 64) * 64, '0')
}

const NONE = { symbol: null, name: null, decimals: null, described: true }
const UNKNOWN = { ...NONE, described: false }

let chain: TestChain
let database: TestDatabase
let entities: DataSource
let store: ChainStore
let made = 0
let head = 0
const pools: RpcPool[] = []
const fronts: Front[] = []

beforeAll(async () => {
  chain = await testChain({ chainId: CHAIN })
  database = await freshDatabase()
  entities = await entityTables()
})

beforeEach(async () => {
  await database.pool.query(`DROP SCHEMA IF EXISTS squid_${CHAIN} CASCADE`)
  await database.pool.query('DELETE FROM token')
  store = new ChainStore({
    url: database.url,
    chain: { id: CHAIN, caip2: CAIP2, name: 'test' },
    maxRewind: 10,
    entities,
  })
  await store.open()
})

afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close()
  for (const front of fronts.splice(0)) await front.close()
  await store.close()
})

afterAll(async () => {
  await chain.close()
  await database.drop()
})

function idOf(address: string): string {
  return `${CAIP2}/erc20:${address}`
}

function rowOf(address: string, props: Partial<Token> = {}): Token {
  return new Token({ id: idOf(address), chain: CAIP2, address, ...UNKNOWN, ...props })
}

/** A token of which a batch has just written the row. */
async function token(code: string): Promise<string> {
  const address = `0x${(++made).toString(16).padStart(40, '0').replace(/^0000/, 'beef')}`
  await chain.rpc('anvil_setCode', [address, code])
  await chain.rpc('anvil_mine', ['0x1'])
  head = Number(await chain.rpc('eth_blockNumber'))
  await insert(address)
  return address
}

async function insert(address: string): Promise<void> {
  await database.pool.query('INSERT INTO token (id, chain, address) VALUES ($1, $2, $3)', [
    idOf(address),
    CAIP2,
    address,
  ])
}

async function metadataOf(address: string): Promise<object | undefined> {
  const { rows } = await database.pool.query(
    'SELECT symbol, name, decimals, described FROM token WHERE id = $1',
    [idOf(address)],
  )
  return rows[0]
}

function describerOn(urls: string[]): TokenDescriber {
  const log = createLogger('test:quiet')
  const rpc = new RpcPool(
    urls.map(url => ({ url })),
    CHAIN,
    log,
  )
  for (const endpoint of rpc.endpoints) endpoint.check = 'right'
  pools.push(rpc)
  return new TokenDescriber({
    pool: database.pool,
    rpc,
    log,
    chain: CAIP2,
    known: {},
    height: () => head,
    intervalMs: 10,
  })
}

async function front(behaviour: Behaviour): Promise<Front> {
  const made = await frontOf(chain.url, behaviour)
  fronts.push(made)
  return made
}

/** Looks until the token is described. */
async function described(describer: TokenDescriber, address: string): Promise<object | undefined> {
  for (;;) {
    await describer.look()
    const row = (await metadataOf(address)) as { described: boolean } | undefined
    if (row?.described) return row
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

describe('what a contract can return, by contracts that do it', () => {
  const text = (data: string) => returning(data)
  test.each<[string, string, object]>([
    ['a string', text(abiString('WIP')), { symbol: 'WIP', name: 'WIP', decimals: 32 }],
    [
      '32 bytes padded with zeros',
      text(Buffer.from('MKR').toString('hex').padEnd(64, '0')),
      { symbol: 'MKR', name: 'MKR', decimals: null },
    ],
    ['nothing, as an account without code does', '0x', {}],
    ['a revert', '0x60006000fd', {}],
    ['an invalid instruction', '0xfe', {}],
    ['a loop without end', '0x5b600056', {}],
    [
      'NUL bytes, which Postgres refuses',
      text(abiString('A\u0000B')),
      { symbol: 'AB', name: 'AB', decimals: 32 },
    ],
    [
      'bytes that are no UTF-8',
      text(abiString('').replace(/0{64}$/, `${'2'.padStart(64, '0')}${'ff00'.padEnd(64, '0')}`)),
      { symbol: '\ufffd', name: '\ufffd', decimals: 32 },
    ],
    [
      'a name of 10,000 characters',
      text(abiString('x'.repeat(10_000))),
      { symbol: 'x'.repeat(200), name: 'x'.repeat(200), decimals: 32 },
    ],
    ['a string whose length is a lie', text('20'.padStart(64, '0') + 'f'.repeat(64)), { decimals: 32 }],
    ['a string that begins nowhere', text('f'.repeat(128)), {}],
    ['a megabyte of zeros', '0x621000006000f3', { decimals: 0 }],
    ['one byte', text('01'), {}],
    ['decimals past a uint8', text('100'.padStart(64, '0')), { symbol: '\u0001', name: '\u0001' }],
  ])('%s', async (_, code, expected) => {
    const address = await token(code)
    expect(await described(describerOn([chain.url]), address)).toEqual({ ...NONE, ...expected })
  })
})

describe('an endpoint that fails', () => {
  const code = returning(abiString('WIP'))
  const truth = { symbol: 'WIP', name: 'WIP', decimals: 32, described: true }
  const calls = (answer: object | undefined): Behaviour => ({
    before: ({ method }) => (method === 'eth_call' ? answer : undefined),
  })

  test.each<[string, object]>([
    ['does not have the block yet', { error: { code: -32000, message: 'header not found' } }],
    ['is overloaded', { error: { code: -32603, message: 'internal error' } }],
    ['has logs and no state', { error: { code: -32000, message: 'it cannot answer eth_call' } }],
    ['answers null', { result: null }],
    ['answers a number', { result: 18 }],
    ['answers an object', { result: { symbol: 'WIP' } }],
    ['answers what is no hex', { result: 'WIP' }],
    ['answers half a byte', { result: '0x012' }],
  ])('%s: nothing is known, until it answers', async (_, answer) => {
    const address = await token(code)
    const moody = await front(calls(answer))
    const describer = describerOn([moody.url])
    await describer.look()
    expect(moody.seen.filter(({ method }) => method === 'eth_call')).toHaveLength(3)
    expect(await metadataOf(address)).toEqual(UNKNOWN)
    moody.behaviour = {}
    expect(await described(describer, address)).toEqual(truth)
  })

  test('hangs on one token: the others are described, and the token once it answers', async () => {
    const hanging = await token(code)
    let hung = 0
    const hangs: Behaviour = {
      http: ([request]) =>
        request?.method === 'eth_call' && JSON.stringify(request).includes(hanging) && ++hung > 0,
    }
    const moody = await front(hangs)
    const describer = describerOn([moody.url])
    const looking = describer.look()
    await expect.poll(() => hung).toBe(3)
    const other = await token(code)
    await looking // ended by a time-out of its own
    await describer.look()
    expect(await metadataOf(other)).toEqual(truth)
    expect(await metadataOf(hanging)).toEqual(UNKNOWN)
    moody.behaviour = {}
    expect(await described(describer, hanging)).toEqual(truth)
  }, 30_000)

  test('is behind and has no such contract yet: that is not taken for an answer', async () => {
    const before = head
    const address = await token(code)
    // As a node would that is one block behind.
    const lagging = await front({
      before: ({ method, params }) => {
        if (method !== 'eth_call') return undefined
        const wanted = params[1] === 'latest' ? before : Number(params[1])
        return wanted > before ? { error: { code: -32000, message: 'unknown block' } } : { result: '0x' }
      },
    })
    const describer = describerOn([lagging.url])
    await describer.look()
    expect(await metadataOf(address)).toEqual(UNKNOWN)
    lagging.behaviour = {}
    expect(await described(describer, address)).toEqual(truth)
  })

  test('is asked less and less often, and is not blamed: it serves the chain meanwhile', async () => {
    await token(code)
    const moody = await front(calls({ error: { code: -32000, message: 'no' } }))
    const describer = describerOn([moody.url])
    let second = Number.POSITIVE_INFINITY
    while (Date.now() < second + 2500) {
      await describer.look()
      if (moody.seen.length > 3) second = Math.min(second, Date.now())
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    expect(moody.seen.length).toBe(6) // at once, and after a second; the next is due after four more
    expect(pools[0]!.endpoints[0]!.restsFor()).toBe(0)
    expect(pools[0]!.endpoints[0]!.failures).toBe(0)
  })

  test('is not to blame where Postgres does not take what it told: it is asked again at once', async () => {
    const address = await token(code)
    const describer = describerOn([chain.url])
    await database.pool.query('ALTER TABLE token ADD CONSTRAINT not_now CHECK (NOT described) NOT VALID')
    try {
      for (let i = 0; i < 4; i++) await expect(describer.look()).rejects.toThrow(/not_now/)
    } finally {
      await database.pool.query('ALTER TABLE token DROP CONSTRAINT not_now')
    }
    await describer.look()
    expect(await metadataOf(address)).toEqual(truth)
  })

  test('is one of two: the other is asked next', async () => {
    const address = await token(code)
    const broken = await front(calls({ result: null }))
    expect(await described(describerOn([broken.url, chain.url]), address)).toEqual(truth)
  })
})

describe('what a batch writes and what a description writes do not undo each other', () => {
  const code = returning(abiString('WIP'))
  const truth = { symbol: 'WIP', name: 'WIP', decimals: 32, described: true }
  const origin = { chain: CAIP2, block: 2, time: 0 } as Origin
  const hash = (height: number, fork = '') => ({ height, hash: `0x${height}${fork}` })
  const firstBlock = () => store.advance({ blocks: [hash(0)], finalized: 0, undoable: true })
  /** Writes a block on top of the first, in the place of what was there. */
  const hotBlock = async (block: { height: number; hash: string }, ...tokens: Token[]) => {
    if (store.last.height > 0) await store.undo(hash(0))
    const advance = { blocks: [block], finalized: 0, undoable: true }
    const made = new Set(tokens.map(({ id }) => id))
    const changes = [{ entity: Token, states: tokens, made, facts: [] }]
    const statements = await bulkStatements(entities, changes, store.undoTarget(advance))
    await store.advance(advance, client => bulkWrite(client, statements))
  }

  test('a token that is seen again is not written again', () => {
    const state = new LedgerState()
    state.provide(Token, idOf('0xa'), rowOf('0xa'))
    seeToken(state, idOf('0xa'), origin)
    expect(state.changes()).toEqual([])
  })

  test('a hot block is replaced by one with the same token: it is described again', async () => {
    const address = await token(code)
    await database.pool.query('DELETE FROM token')
    await firstBlock()
    const describer = describerOn([chain.url])
    await hotBlock(hash(1), rowOf(address))
    expect(await described(describer, address)).toEqual(truth)
    await hotBlock(hash(1, 'f'), rowOf(address))
    expect(await metadataOf(address)).toEqual(UNKNOWN)
    expect(await described(describer, address)).toEqual(truth)
  })

  test('a hot block is replaced by one without the token, also while the token is asked: it is gone', async () => {
    const address = await token(code)
    await database.pool.query('DELETE FROM token')
    await firstBlock()
    await hotBlock(hash(1), rowOf(address))
    let answer = () => {}
    const held = new Promise<void>(resolve => {
      answer = resolve
    })
    const slow = await front({
      http: ([request], response) => {
        void held.then(() =>
          response.end(JSON.stringify({ id: request!.id, result: `0x${abiString('WIP')}` })),
        )
        return true
      },
    })
    const looking = describerOn([slow.url]).look()
    await expect.poll(() => slow.seen.length).toBe(3)
    await hotBlock(hash(1, 'f'))
    answer()
    await looking
    expect(await metadataOf(address)).toBeUndefined()
  })

  test('the projection to Neo4j is told', async () => {
    const address = await token(code)
    const keys = async () =>
      (
        await database.pool.query("SELECT 1 FROM graph_outbox WHERE kind = 'token' AND id = $1", [
          idOf(address),
        ])
      ).rowCount
    expect(await keys()).toBe(1)
    await described(describerOn([chain.url]), address)
    expect(await keys()).toBe(2)
  })
})

describe('metadata from config', () => {
  const known = { '0xa': { symbol: 'AAA', decimals: 6 } }

  test('is there from the first, and no contract is asked', () => {
    const rows = [rowOf('0xa'), rowOf(`0x${'b'.repeat(40)}`), rowOf('60')]
    describeFromConfig(rows, known)
    expect(rows).toMatchObject([
      { symbol: 'AAA', name: 'AAA', decimals: 6, described: true },
      UNKNOWN,
      { ...NONE, described: true }, // the chain's own coin
    ])
  })

  test('that is new, or another than before, is taken over by rows that are there', async () => {
    await insert('0xa')
    await insert('0xb')
    await describeAnew(database.pool, CAIP2, known)
    expect(await metadataOf('0xa')).toEqual({ symbol: 'AAA', name: 'AAA', decimals: 6, described: true })
    expect(await metadataOf('0xb')).toEqual(UNKNOWN)
    await describeAnew(database.pool, CAIP2, { '0xa': { symbol: 'AAA', name: 'Triple', decimals: 7 } })
    expect(await metadataOf('0xa')).toMatchObject({ name: 'Triple', decimals: 7 })
  })
})
