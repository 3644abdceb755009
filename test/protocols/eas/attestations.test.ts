import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { encodeAbiParameters, type Hex, parseAbiParameters } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../api/apiFixture'
import { testChain } from '../../fixtures/chain'
import { Contracts } from '../../fixtures/contracts'
import { Pipeline } from '../../system/pipeline'
import { EasChain, NEVER, NO_UID, nobody, type Said } from './easChain'

/* The service's own contracts on a chain, indexed by a processor of its own: every figure is what getAttestation answers. */

const CHAIN = 'eip155:31337'
const MODEL = 'eip155:1514/story:0x00000000000000000000000000000000000000aa'
const AGENT = 'eip155:8453/virtuals:12'
const PROVEN = 'string model, bytes32 proof'
const SCORED = 'uint16 score, string[] benchmarks'

let api: TestApi
let pipeline: Pipeline
let chain: EasChain
let schemas: Record<'proven' | 'scored' | 'stranger', Hex>
/** what was said, in order, that is about a model */
const said: Hex[] = []
const hostile: string[] = []

beforeAll(async () => {
  chain = await EasChain.on(await Contracts.on(await testChain({ chainId: 31_337 })))
  schemas = {
    proven: await chain.register(PROVEN),
    scored: await chain.register(SCORED),
    stranger: await chain.register('bool vote'),
  }
  api = await testApi()
  pipeline = new Pipeline({
    database: api.database,
    chains: { alpha: chain.contracts.chain.url },
    finality: 64,
  })
  pipeline.configure(([entry]) => {
    entry!.protocols = {
      eas: {
        firstBlock: 1,
        contracts: { eas: chain.eas.address },
        schemas: { [schemas.proven]: PROVEN, [schemas.scored]: SCORED },
        models: { [chain.people[3]!]: AGENT },
      },
    }
  })
  await pipeline.index('alpha')
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await chain?.contracts.chain.close()
})

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
type Answer = any

async function ask(query: string): Promise<Answer> {
  await pipeline.caughtUp()
  // The time of the newest block is written beside the batch, after it.
  const { time } = await chain.contracts.head()
  const indexed = `SELECT extract(epoch FROM indexed_time)::int AS time FROM indexer_progress WHERE chain = $1`
  await expect
    .poll(async () => (await api.pool.query(indexed, [CHAIN])).rows, { timeout: 60_000 })
    .toEqual([{ time }])
  return api.data(query)
}

const id = (address: string) => `${CHAIN}:${address.toLowerCase()}`
const attestation = (uid: string) => `${CHAIN}/attestation:${chain.eas.address}/${uid}`
const proof = (model: string, n = 1n) =>
  encodeAbiParameters(parseAbiParameters(PROVEN), [model, `0x${n.toString(16).padStart(64, '0')}`])
const score = (n: number) => encodeAbiParameters(parseAbiParameters(SCORED), [n, ['mmlu', '=1+1', '🜁']])
const rejected = async () =>
  (await api.pool.query<{ reason: string }>('SELECT reason FROM rejected_log ORDER BY block, log_index')).rows

async function say(what: Omit<Said, 'schema'> & { schema: keyof typeof schemas }): Promise<Hex> {
  const uid = await chain.attest({ ...what, schema: schemas[what.schema] })
  if (what.schema !== 'stranger') said.push(uid)
  return uid
}

async function everyFigure(): Promise<void> {
  const { attestations } = await ask(`{ attestations(first: 100) { nodes {
    id modelId attesterId recipientId schema data expiresAt revoked valid referenceId } } }`)
  const { time } = await chain.contracts.head()
  expect(attestations.nodes).toHaveLength(said.length)
  for (const uid of said) {
    const view = await chain.get(uid)
    const ours = attestations.nodes.find((node: Answer) => node.id === attestation(uid))
    const expires =
      view.expirationTime === 0n || view.expirationTime === NEVER ? undefined : Number(view.expirationTime)
    expect(ours).toEqual({
      id: attestation(uid),
      modelId: view.schema === schemas.proven ? MODEL : AGENT,
      attesterId: id(view.attester),
      recipientId: view.recipient === nobody ? null : id(view.recipient),
      schema: view.schema,
      data: view.data,
      expiresAt: expires === undefined ? null : new Date(expires * 1000).toISOString(),
      revoked: view.revocationTime !== 0n,
      valid: view.revocationTime === 0n && (expires === undefined || expires > time),
      referenceId: view.refUID === NO_UID ? null : attestation(view.refUID),
    })
  }
}

test('what is said under named schemas, by payload or by recipient, is the model’s; revoked and expired', async () => {
  const [ann, ben, , agent] = chain.people as [Hex, Hex, Hex, Hex]
  const { time } = await chain.contracts.head()
  const first = await say({
    from: ann,
    schema: 'proven',
    data: proof(MODEL.toUpperCase().replace('EIP', 'eip')),
  })
  await say({
    from: ben,
    schema: 'proven',
    data: proof(MODEL, 2n),
    refUID: first,
    expires: BigInt(time + 5_000),
  })
  await say({ from: ben, schema: 'proven', data: proof(MODEL, 3n), expires: NEVER })
  await say({ from: ben, schema: 'stranger', data: '0x', recipient: agent })
  const scored = await say({ from: ann, schema: 'scored', data: score(93), recipient: agent })
  await say({ from: ann, schema: 'scored', data: score(65_535), recipient: agent })
  await everyFigure()
  await chain.revoke(ann, schemas.scored, scored)
  await everyFigure()
  await chain.contracts.chain.rpc('evm_increaseTime', [6_000])
  await say({ from: ann, schema: 'proven', data: proof(MODEL, 4n) })
  await everyFigure()
  const { attestations } = await ask(`{ attestations(where: {modelId_eq: "${MODEL}"}) { nodes { valid } } }`)
  expect(attestations.nodes.filter(({ valid }: Answer) => !valid)).toHaveLength(1)
})

test('what names no model, or is not what its schema says, is kept with the reason, and stops nothing', async () => {
  const [ann, , cat] = chain.people as [Hex, Hex, Hex]
  const attest = async (schema: Hex, data: Hex, recipient?: Hex) =>
    hostile.push(await chain.attest({ from: cat, schema, data, recipient }))
  await attest(schemas.proven, proof("Robert'); DROP TABLE model; --"))
  await attest(schemas.proven, proof(`eip155:1/story:${'9'.repeat(3_000)}`))
  await attest(schemas.proven, '0x')
  await attest(schemas.proven, `0x${'ff'.repeat(400)}`)
  await attest(schemas.scored, score(1), ann)
  const reasons = ['no CAIP-19 id', 'no CAIP-19 id', '', '', 'names a model']
  await everyFigure()
  expect(await rejected()).toEqual(reasons.map(reason => ({ reason: expect.stringContaining(reason) })))
})

test('the query of the README has the answer that the service gives', async () => {
  const readme = readFileSync(resolve(__dirname, '../../../src/protocols/eas/README.md'), 'utf8')
  const { attestations } = await ask(/```graphql\n([^`]+)```/.exec(readme)![1]!)
  const { data, attester } = await chain.get(said[0]!)
  expect(attestations.nodes).toEqual([
    { modelId: MODEL, attesterId: id(attester), data, valid: true, revoked: false },
  ])
})

test('a reorganisation takes back what it removes, and the chain goes on from there', async () => {
  const kept = said.slice(0, 2)
  await pipeline.caughtUp()
  const height = await chain.blockOf(kept[1]!)
  const { number } = await chain.contracts.head()
  await chain.contracts.chain.rpc('anvil_rollback', [number - height])
  said.splice(0, said.length, ...kept)
  const [ann, , , agent] = chain.people as [Hex, Hex, Hex, Hex]
  const scored = await say({ from: ann, schema: 'scored', data: score(7), recipient: agent })
  await say({ from: ann, schema: 'proven', data: proof(MODEL, 9n) })
  await chain.revoke(ann, schemas.scored, scored)
  await chain.revoke(ann, schemas.proven, kept[0]!)
  await everyFigure()
  expect(await rejected()).toEqual([])
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
})
