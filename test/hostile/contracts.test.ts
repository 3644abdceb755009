import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { createLogger } from '@subsquid/logger'
import type { LocalAccount } from 'viem'
import { type Abi, encodeDeployData, encodeFunctionData, getContractAddress, type Hex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { functions as registryFunctions } from '../../src/abi/reference/modelRegistry'
import { events as routerEvents } from '../../src/abi/reference/royaltyRouter'
import { functions as tokenFunctions } from '../../src/abi/reference/testToken'
import { startApi } from '../../src/api/server'
import { Projection } from '../../src/graph/projection'
import { verifyGraph } from '../../src/graph/verify'
import type { Source } from '../../src/indexer/contracts'
import { filtersOf } from '../../src/indexer/filters'
import { reference } from '../../src/protocols/reference/reference'
import { wantedBy } from '../../src/rpc/chainLogs'
import { RangeFetcher } from '../../src/rpc/fetchRange'
import { RangeSizer } from '../../src/rpc/rangeSizer'
import { RpcPool } from '../../src/rpc/rpcPool'
import { artifact } from '../../src/sandbox/artifacts'
import { theCast } from '../../src/sandbox/cast'
import * as verbs from '../../src/sandbox/scenario/verbs'
import { type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { finalBatch, type TestPipeline, testPipeline } from '../indexer/pipeline/fixture'
import { type ReferenceChain, referenceChain } from '../sandbox/referenceChain'
import { queriesOf, queriesOfEverything } from './askEverything'

/*
 * What anyone can do to an indexer with contracts of his own, on a local chain: through to Postgres, Neo4j and GraphQL.
 * The pool and the registry are the reference ones; the token is the attacker's; `Liar.sol` stands where the router is
 * configured, as a router would that was upgraded to something else.
 */

const CHAIN = { id: 31_337, caip2: 'eip155:31337' }
const log = createLogger('test:hostile')
const MOST = 2n ** 256n - 1n
const attacker = theCast().patrons[0] as LocalAccount

let chain: ReferenceChain
let indexed: TestPipeline
let neo4j: TestNeo4j | { unavailable: string }
let api: Awaited<ReturnType<typeof startApi>>
let liar: { address: string; abi: Abi }
let token: string

async function create(bytecode: Hex, abi: Abi, args: unknown[]): Promise<string> {
  const nonce = await chain.driver.rpc<string>('eth_getTransactionCount', [attacker.address, 'latest'])
  const data = encodeDeployData({ abi, bytecode, args })
  await chain.does(() =>
    chain.driver.send({ from: attacker, data, what: 'a contract of the attacker', gas: 6_000_000n }),
  )
  return getContractAddress({ from: attacker.address, nonce: BigInt(nonce) }).toLowerCase()
}

function compileLiar(): { abi: Abi; bytecode: Hex } {
  const solc = createRequire(__filename)('solc') as { compile(input: string): string }
  const content = readFileSync(resolve(__dirname, 'contracts/Liar.sol'), 'utf8')
  const settings = { evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } }
  const input = { language: 'Solidity', sources: { 'Liar.sol': { content } }, settings }
  const { contracts, errors } = JSON.parse(solc.compile(JSON.stringify(input)))
  if (!contracts?.['Liar.sol']) throw new Error(JSON.stringify(errors))
  const { abi, evm } = contracts['Liar.sol'].Liar
  return { abi, bytecode: `0x${evm.bytecode.object}` }
}

async function tells(functionName: string, ...args: unknown[]): Promise<void> {
  const data = encodeFunctionData({ abi: liar.abi, functionName, args })
  await chain.does(() =>
    chain.driver.send({ from: attacker, to: liar.address, data, what: functionName, gas: 8_000_000n }),
  )
}

const word = (n: bigint | number): Hex => `0x${BigInt(n).toString(16).padStart(64, '0')}`
const words = (...of: (bigint | number)[]): Hex => `0x${of.map(n => word(n).slice(2)).join('')}`

beforeAll(async () => {
  chain = await referenceChain(CHAIN.id)
  const own = artifact('TestToken')
  token = await create(own.bytecode, own.abi, ['Worthless', 'NIL', 18])
  const { abi, bytecode } = compileLiar()
  liar = { abi, address: await create(bytecode, abi, []) }

  // The owner of a model opens a liquid pool of his own token, and turns all of it over ten times.
  const model = await chain.root(attacker, 'bottomless', 0)
  const pool = await chain.pool(model, 'liquid', token)
  await chain.does(() =>
    chain.driver.call(attacker, token, tokenFunctions.mint, { to: attacker.address, amount: MOST - 1n }),
  )
  for (let i = 0; i < 10; i++) {
    await chain.does(() => verbs.depositLiquid(chain.world, attacker, pool, MOST - 1n))
    await chain.does(() => verbs.redeemLiquid(chain.world, attacker, pool, MOST - 1n))
  }

  // A model whose name is longer than Neo4j can index. The registry stores it, so that a block holds no more.
  const draft = { contentHash: word(1), uri: 'ipfs://x', name: 'n'.repeat(20_000), forkRoyaltyPpm: 0 }
  await chain.does(() =>
    chain.driver.call(
      attacker,
      chain.contracts.registry,
      registryFunctions.register,
      { draft } as never,
      29_000_000n,
    ),
  )

  // Fees without end, one of them twice; a share of 4,295 times everything; a claim of what nobody had.
  await tells('payFees', 1n, 12n, 1n, token, MOST)
  await tells('payFees', 12n, 1n, 1n, token, MOST)
  const hop = [routerEvents.RoyaltyAccrued.topic, word(1), word(1), word(2)]
  await tells('emitLog', hop, words(BigInt(token), 5n, 2 ** 32 - 1))
  for (let i = 0; i < 3; i++) {
    const claim = [routerEvents.RoyaltyClaimed.topic, word(BigInt(attacker.address)), word(BigInt(token))]
    await tells('emitLog', claim, words(MOST))
  }
  await tells('emitLog', [routerEvents.FeePaid.topic], '0x')

  const { registry, poolFactory } = chain.contracts
  const deployment = { contracts: { registry, poolFactory, router: liar.address }, firstBlock: 1 }
  const source: Source = { protocol: reference, deployment }
  indexed = await testPipeline(CHAIN, { sources: [source] })
  const rpc = new RpcPool([{ url: chain.url }], CHAIN.id, log)
  const range = { from: 1, to: chain.driver.head.number }
  const blocks = await new RangeFetcher(rpc, new RangeSizer()).fetch(range, wantedBy(filtersOf(source)))
  rpc.close()
  await indexed.pipeline.run([finalBatch(blocks)])

  neo4j = await testNeo4j()
  api = await startApi({
    config: {
      postgres: { url: indexed.database.url },
      api: { host: '127.0.0.1', port: 0, timeoutMs: 10_000, maxLagSeconds: 60 },
      chains: [{ caip2: CHAIN.caip2, name: 'local' }],
    },
  })
})
afterAll(async () => {
  await api?.close()
  if (neo4j && 'close' in neo4j) await neo4j.close()
  await indexed?.close()
  await chain?.close()
})

async function sql<T>(text: string): Promise<T[]> {
  return (await indexed.database.pool.query(text)).rows as T[]
}

test('ten deposits and withdrawals of nearly everything are counted to the last unit', async () => {
  const [row] = await sql<Record<string, string>>(
    `SELECT deposited_assets AS deposited, withdrawn_assets AS withdrawn, p.shares, active_assets AS active
       FROM stake_position p JOIN stake_pool s ON s.id = p.pool_id WHERE s.kind = 'LIQUID'`,
  )
  expect(row).toEqual({
    deposited: String(10n * (MOST - 1n)),
    withdrawn: String(10n * (MOST - 1n)),
    shares: '0',
    active: '0',
  })
})

test('fees that add up beyond 78 digits are added up', async () => {
  const [row] = await sql<Record<string, string>>(
    `SELECT gross, net, fee_count AS count FROM model_revenue WHERE model_id = '${CHAIN.caip2}/reference:1'`,
  )
  expect(row).toEqual({ gross: String(12n * MOST), net: String(12n * MOST), count: 12 })
  expect(await sql(`SELECT claimed FROM royalty_balance WHERE claimed > 0`)).toEqual([
    { claimed: String(3n * MOST) },
  ])
})

test('a name of 20,000 letters is cut, and its model is there', async () => {
  const [row] = await sql<{ name: string }>(`SELECT name FROM model WHERE id = '${CHAIN.caip2}/reference:2'`)
  expect(row!.name).toBe(`${'n'.repeat(999)}…`)
})

test('what does not fit is kept with its reason, and nothing else is', async () => {
  const rows = await sql<{ reason: string }>('SELECT reason FROM rejected_log ORDER BY id')
  expect(rows.map(({ reason }) => reason)).toEqual([
    `fee ${CHAIN.caip2}/fee:12 was paid already`,
    'RoyaltyHop.sharePpm is 4294967295, not an integer of 32 bits',
    'FeePaid(uint256,uint256,address,address,uint256,uint256,uint256) has 4 topics, this log 1',
  ])
})

test('Neo4j holds it all, and equals the tables', async context => {
  if (!('driver' in neo4j)) return context.skip(neo4j.unavailable)
  const { database } = indexed
  const projection = new Projection({
    pool: database.pool,
    driver: neo4j.driver,
    logger: log,
    holder: 'test',
    batch: 100,
  })
  while ((await projection.step()) !== 'DRAINED');
  const names = await neo4j.driver.executeQuery('MATCH (m:Model) RETURN size(m.name) AS n ORDER BY n')
  expect(names.records.map(record => Number(record.get('n')))).toContain(1_000)
  const { equal, differences } = await verifyGraph({
    postgresUrl: database.url,
    neo4j: { url: neo4j.url },
    logger: log,
  })
  expect({ equal, differences }).toEqual({ equal: true, differences: [] })
})

test('GraphQL answers for all of it, sums in full', async () => {
  const ask = async (query: string) => {
    const response = await fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const { data, errors } = (await response.json()) as { data: never; errors?: unknown }
    expect(errors, query).toBeUndefined()
    return data as Record<string, never>
  }
  for (const query of [...queriesOfEverything(20), ...queriesOf([`${CHAIN.caip2}/reference:1`])])
    await ask(query)
  const { model } = await ask(
    `{ model(id: "${CHAIN.caip2}/reference:1") { royalties { gross entitled owed } } }`,
  )
  expect(model).toEqual({
    royalties: [{ gross: String(12n * MOST), entitled: String(12n * MOST), owed: String(12n * MOST) }],
  })
  const above = await ask(`{ modelRevenues(where: {gross_gt: "${11n * MOST}"}) { totalCount } }`)
  expect(above).toEqual({ modelRevenues: { totalCount: 1 } })
})
