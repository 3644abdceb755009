import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Hex, keccak256, toHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApi, testApi } from '../../api/apiFixture'
import { testChain } from '../../fixtures/chain'
import { Contracts } from '../../fixtures/contracts'
import { Pipeline } from '../../system/pipeline'
import { AgentChain, CHAIN, model, nobody } from './agentChain'

/* Registries on a chain, indexed by a processor of its own, and asked for in GraphQL: every figure is a contract's view. */

let api: TestApi
let pipeline: Pipeline
let chain: AgentChain

beforeAll(async () => {
  chain = await AgentChain.on(await Contracts.on(await testChain({ chainId: 31_337 })))
  api = await testApi()
  const chains = { alpha: chain.contracts.chain.url }
  pipeline = new Pipeline({ database: api.database, chains, finality: 64 })
  pipeline.configure(([entry]) => {
    entry!.protocols = { erc8004: { firstBlock: 1, contracts: chain.config } }
  })
  await pipeline.index('alpha')
})
afterAll(async () => {
  await pipeline?.stop()
  await api?.close()
  await chain?.contracts.chain.close()
})

const id = (address: string) => `${CHAIN}:${address.toLowerCase()}`
const uid = (key: string) => `${CHAIN}/attestation:${chain.at.reputation.address}/${key}`

// biome-ignore lint/suspicious/noExplicitAny: an answer has the shape that its query asks for
type Answer = any

async function ask(query: string): Promise<Answer> {
  await pipeline.caughtUp()
  return api.data(query)
}

const rejected = async () =>
  (await api.pool.query<{ reason: string }>('SELECT reason FROM rejected_log ORDER BY id')).rows

async function agentsAreAsTheViewsSay(): Promise<void> {
  const { models } = await ask(`{ models(where: {kind_eq: SERVICE}, first: 100) { nodes {
    id ownerId metadataUri nftId contracts(where: {current_eq: true, role_eq: "agentWallet"}) { nodes { accountId } } } } }`)
  const count = await chain.view<bigint>('identity', 'count')
  expect(models.nodes).toHaveLength(Number(count))
  for (let n = 0n; n < count; n++) {
    const wallet = await chain.view<Hex>('identity', 'getAgentWallet', n)
    const ours = models.nodes.find((node: Answer) => node.id === model(n))
    expect(ours).toEqual({
      id: model(n),
      ownerId: id(await chain.view<Hex>('identity', 'ownerOf', n)),
      metadataUri: await chain.view<string>('identity', 'tokenURI', n),
      nftId: `${CHAIN}/erc721:${chain.at.identity.address}/${n}`,
      contracts: { nodes: wallet === nobody ? [] : [{ accountId: id(wallet) }] },
    })
  }
}

async function feedbackIsAsTheViewsSay(): Promise<void> {
  const { attestations } = await ask(`{ attestations(first: 200, where: {schema_eq: "feedback"}) { nodes {
    id attesterId modelId value valueDecimals tag subtag revoked responseCount } } }`)
  let found = 0
  for (const agent of [0n, 1n]) {
    for (const client of chain.people) {
      const last = await chain.view<bigint>('reputation', 'getLastIndex', agent, client)
      for (let n = 1n; n <= last; n++, found++) {
        const [value, decimals, tag1, tag2, revoked] = await chain.view<
          [bigint, number, string, string, boolean]
        >('reputation', 'readFeedback', agent, client, n)
        const responses = await chain.view<bigint>('reputation', 'getResponseCount', agent, client, n)
        const ours = attestations.nodes.find((node: Answer) => node.id === uid(`${agent}-${client}-${n}`))
        expect(ours).toMatchObject({
          attesterId: id(client),
          modelId: model(agent),
          value: `${value}`,
          valueDecimals: decimals,
          subtag: tag2,
          revoked,
          responseCount: Number(responses),
        })
        // Of the first shape only the tag's hash is there.
        expect([tag1, null]).toContain(ours.tag)
      }
    }
  }
  expect(attestations.nodes).toHaveLength(found)
}

/** What a wallet earned is what its coins are, but for what came otherwise. */
async function earningsAreAsTheViewsSay(): Promise<void> {
  const { royaltyBalances, usageFees } = await ask(`{
    royaltyBalances(first: 100) { nodes { accountId accrued claimed } }
    usageFees(first: 200) { nodes { modelId payerId gross net } } }`)
  const sum = (all: Answer[]) => all.reduce((total: bigint, { gross }) => total + BigInt(gross), 0n)
  for (const [agent, wallet] of [
    [0n, chain.wallets[0]!],
    [1n, chain.wallets[1]!],
  ] as const) {
    const balance = await chain.view<bigint>('coin', 'balanceOf', wallet)
    const earned = balance - (chain.gifts.get(wallet) ?? 0n)
    const ours = royaltyBalances.nodes.find((node: Answer) => node.accountId === id(wallet))
    expect(ours ?? { accrued: '0', claimed: '0' }).toMatchObject({
      accrued: `${earned}`,
      claimed: `${earned}`,
    })
    expect(sum(usageFees.nodes.filter((fee: Answer) => fee.modelId === model(agent)))).toBe(earned)
  }
}

async function everyFigure(): Promise<void> {
  await agentsAreAsTheViewsSay()
  await feedbackIsAsTheViewsSay()
  await earningsAreAsTheViewsSay()
}

test('agents, their owners, URIs and wallets, also of those that change hands while they are registered', async () => {
  await chain.registerAgents()
  await agentsAreAsTheViewsSay()
  const { model: ours } = await ask(
    `{ model(id: "${model(0n)}") { version versions { nodes { number metadataUri } } } }`,
  )
  expect(ours).toEqual({
    version: 3,
    versions: {
      nodes: [
        { number: 1, metadataUri: 'ipfs://zero' },
        { number: 2, metadataUri: 'ipfs://zero-2' },
        { number: 3, metadataUri: '' },
      ],
    },
  })
})

test('feedback in every shape that the registry had, revoked and answered', async () => {
  for (const step of Array.from({ length: 40 }, (_, n) => n)) await chain.giveFeedback(step)
  await feedbackIsAsTheViewsSay()
  const { attestationResponses } = await ask(
    '{ attestationResponses(first: 100) { nodes { uri attestation { schema } } } }',
  )
  expect(attestationResponses.nodes.length).toBeGreaterThan(3)
})

test('payments to an agent’s wallet are its fees, once each; of others, and of a wallet of several, nobody’s', async () => {
  await chain.pay()
  await earningsAreAsTheViewsSay()
  const { usageFees } = await ask('{ usageFees(first: 100) { nodes { modelId } } }')
  expect(new Set(usageFees.nodes.map(({ modelId }: Answer) => modelId))).toEqual(
    new Set([model(0n), model(1n)]),
  )
})

test('a validation is an attestation from the request on, and says what the validator said last', async () => {
  const [ann, ben] = chain.people as [Hex, Hex]
  const hash = keccak256(toHex('request'))
  await chain.does(ann, 'validation', 'validationRequest', ben, 0n, 'ipfs://request', hash)
  const asked = async () => {
    const answer =
      await ask(`{ model(id: "${model(0n)}") { attestations(where: {schema_eq: "validation"}) { nodes {
      attesterId requestUri value tag dataHash } } } }`)
    return answer.model.attestations.nodes[0]
  }
  expect(await asked()).toMatchObject({ attesterId: id(ben), requestUri: 'ipfs://request', value: null })
  await chain.does(ben, 'validation', 'validationResponse', hash, 40, 'ipfs://soft', 'soft-finality')
  await chain.does(ben, 'validation', 'validationResponse', hash, 100, 'ipfs://hard', 'hard-finality')
  const [validator, , response, responseHash, tag] = await chain.view<[Hex, bigint, number, Hex, string]>(
    'validation',
    'getValidationStatus',
    hash,
  )
  expect(await asked()).toEqual({
    attesterId: id(validator),
    requestUri: 'ipfs://request',
    value: `${response}`,
    tag,
    dataHash: responseHash,
  })
})

test('accounts of an agent’s NFT stand beside each other, and a clone is a fork of what it was cloned from', async () => {
  const [ann, ben] = chain.people as [Hex, Hex]
  const implementation = chain.at.coin.address
  for (const salt of [1n, 2n])
    await chain.does(
      ben,
      'accounts',
      'createAccount',
      implementation,
      toHex(salt, { size: 32 }),
      31_337n,
      chain.at.identity.address,
      0n,
    )
  await chain.does(
    ben,
    'accounts',
    'createAccount',
    implementation,
    toHex(3n, { size: 32 }),
    1n,
    chain.at.identity.address,
    0n,
  )
  await chain.does(ann, 'intelligent', 'mint', ann)
  await chain.does(ann, 'intelligent', 'iClone', ben, 1n)
  const inft = (n: number) => `${CHAIN}/erc7857:${chain.at.intelligent.address}/${n}`
  const { agent, clone } = await ask(`{
    agent: model(id: "${model(0n)}") { contracts(where: {role_eq: "tokenBoundAccount", current_eq: true}) { nodes { accountId } } }
    clone: model(id: "${inft(2)}") { ownerId parents { nodes { parentId role sharePpm } } } }`)
  const accounts = await Promise.all(
    [1n, 2n].map(salt =>
      chain.view<Hex>(
        'accounts',
        'account',
        implementation,
        toHex(salt, { size: 32 }),
        31_337n,
        chain.at.identity.address,
        0n,
      ),
    ),
  )
  expect(new Set(agent.contracts.nodes.map((node: Answer) => node.accountId))).toEqual(
    new Set(accounts.map(id)),
  )
  expect(clone).toEqual({
    ownerId: id(ben),
    parents: { nodes: [{ parentId: inft(1), role: 'PARENT', sharePpm: null }] },
  })
})

test('the query of the README has the answer that the views give', async () => {
  const readme = readFileSync(resolve(__dirname, '../../../src/protocols/erc8004/README.md'), 'utf8')
  const { model: ours } = await ask(/```graphql\n([^`]+)```/.exec(readme)![1]!.replace('31341', '31337'))
  const wallet = await chain.view<Hex>('identity', 'getAgentWallet', 0n)
  const earned =
    (await chain.view<bigint>('coin', 'balanceOf', wallet)) - chain.gifts.get(wallet.toLowerCase() as Hex)!
  expect(ours).toMatchObject({
    ownerId: id(await chain.view<Hex>('identity', 'ownerOf', 0n)),
    contracts: { nodes: [{ accountId: id(wallet) }] },
    attestations: { nodes: [{ valueDecimals: 0 }] },
    revenues: { nodes: [{ gross: `${earned}` }] },
  })
})

test('a reorganisation takes back what it removes, and the chain goes on from there', async () => {
  expect(await rejected()).toEqual([])
  await pipeline.caughtUp()
  await chain.contracts.chain.rpc('anvil_rollback', [45])
  chain.forgetGifts()
  for (const step of [3, 5, 7, 9, 11, 13]) await chain.giveFeedback(step)
  await chain.pay()
  await everyFigure()
  expect(await rejected()).toEqual([])
  expect(await pipeline.verify()).toMatchObject({ code: 0, differences: [] })
})
