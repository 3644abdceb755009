import { createHash } from 'node:crypto'
import { type Abi, decodeEventLog, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { artifact } from '../../src/sandbox/artifacts'
import { live } from '../../src/sandbox/living'
import { runScenario } from '../../src/sandbox/scenario/runScenario'
import { type TestChain, testChain } from '../fixtures/chain'

interface RawLog {
  address: Hex
  topics: [Hex, ...Hex[]]
  data: Hex
  blockNumber: Hex
  logIndex: Hex
  transactionHash: Hex
}

interface Decoded {
  block: number
  address: string
  name: string
  args: Record<string, unknown>
}

interface Pair {
  a: TestChain
  b: TestChain
}

/** By the number of topics too: `Transfer` of an NFT has one more than that of a liquid pool's share. */
const abiOf = (topics: number): Abi =>
  (
    [
      'ModelRegistry',
      'PoolFactory',
      'DirectPool',
      'LiquidPool',
      'CurvePool',
      'VoteEscrow',
      'RoyaltyRouter',
    ] as const
  )
    .flatMap(contract => artifact(contract).abi)
    .filter(
      item => item.type === 'event' && item.inputs.filter(({ indexed }) => indexed).length === topics - 1,
    )
const abis = [1, 2, 3, 4].map(abiOf)

let pair: Pair
let usedMs: number
let logs: { a: Decoded[]; b: Decoded[] }

beforeAll(async () => {
  pair = await freshPair()
  const started = process.cpuUsage()
  await runScenario({ a: pair.a.url, b: pair.b.url, seed: 'provenance' })
  const { user, system } = process.cpuUsage(started)
  usedMs = (user + system) / 1000
  logs = { a: decode(await allLogs(pair.a)), b: decode(await allLogs(pair.b)) }
})
afterAll(() => closePair(pair))

async function freshPair(): Promise<Pair> {
  return { a: await testChain({ chainId: 31_337 }), b: await testChain({ chainId: 31_338 }) }
}

async function closePair(chains?: Pair): Promise<void> {
  await chains?.a.close()
  await chains?.b.close()
}

function allLogs(chain: TestChain, fromBlock = '0x0'): Promise<RawLog[]> {
  return chain.rpc<RawLog[]>('eth_getLogs', [{ fromBlock, toBlock: 'latest' }])
}

/** Read by viem from the ABI, not by the facades that the scenario itself reads with. */
function decode(raw: RawLog[]): Decoded[] {
  return raw.flatMap(log => {
    const abi = abis[log.topics.length - 1] ?? []
    try {
      const { eventName, args } = decodeEventLog({ abi, data: log.data, topics: log.topics, strict: true })
      return {
        block: Number(log.blockNumber),
        address: log.address,
        name: String(eventName),
        args: args as unknown as Record<string, unknown>,
      }
    } catch {
      return [] // tokens' approvals, roles
    }
  })
}

const both = () => [...logs.a, ...logs.b]
const named = (from: Decoded[], name: string) => from.filter(log => log.name === name)
const distinct = (values: unknown[]) => new Set(values).size

describe('the scenario', () => {
  test('takes less than 25 seconds of this processor', () => {
    expect(usedMs).toBeLessThan(25_000)
  })

  test('makes at least 40 models on two chains, six forks deep, with several parents and roles', () => {
    expect(named(logs.a, 'ModelRegistered').length).toBeGreaterThanOrEqual(20)
    expect(named(logs.b, 'ModelRegistered').length).toBeGreaterThanOrEqual(15)
    expect(named(both(), 'ModelRegistered').length).toBeGreaterThanOrEqual(40)
    expect(depthOf(logs.a)).toBeGreaterThanOrEqual(6)
    const forks = named(both(), 'ModelForked')
    expect(forks.some(fork => (fork.args.parentIds as bigint[]).length >= 3)).toBe(true)
    expect(distinct(forks.flatMap(fork => fork.args.roles as number[]))).toBe(4)
    expect(hasDiamond(logs.a)).toBe(true)
  })

  test('forks across chains both ways, names parents before they are there, and one that never is', () => {
    const foreign = (side: 'a' | 'b') =>
      named(logs[side], 'ModelForked').flatMap(fork =>
        (fork.args.foreignParents as string[]).map(parent => ({
          parent,
          block: fork.block,
          child: fork.args.childId,
        })),
      )
    expect(foreign('a').length).toBeGreaterThanOrEqual(3)
    expect(foreign('b').length).toBeGreaterThanOrEqual(3)
    const modelsOfB = named(logs.b, 'ModelRegistered').length
    const ghosts = foreign('a').filter(({ parent }) => Number(parent.split(':').at(-1)) > modelsOfB)
    expect(ghosts.map(({ parent }) => parent)).toEqual(['eip155:31338/reference:9999'])
    // The captioner is the first cross-chain fork of all, and lumen-vl, its parent, the fourth model of chain b.
    const captioner = named(logs.a, 'ModelRegistered').find(log => log.args.name === 'captioner')
    expect(foreign('a')[0]).toMatchObject({
      parent: 'eip155:31338/reference:4',
      child: captioner?.args.modelId,
    })
  })

  test('has exactly one pair of models that each claim to come from the other, and no other cycle', () => {
    const edges = new Map<string, string[]>()
    for (const [side, chainId] of [
      ['a', 31_337],
      ['b', 31_338],
    ] as const) {
      for (const { args } of named(logs[side], 'ModelForked')) {
        const local = (args.parentIds as bigint[]).map(id => `eip155:${chainId}/reference:${id}`)
        edges.set(`eip155:${chainId}/reference:${args.childId}`, [
          ...local,
          ...(args.foreignParents as string[]),
        ])
      }
    }
    const ancestors = (of: string) => {
      const seen = new Set<string>(edges.get(of) ?? [])
      for (const one of seen) for (const parent of edges.get(one) ?? []) seen.add(parent)
      return seen
    }
    const cyclic = [...edges.keys()].filter(model => ancestors(model).has(model))
    const nameOf = (side: 'a' | 'b', name: string) =>
      named(logs[side], 'ModelRegistered').find(log => log.args.name === name)?.args.modelId
    expect(cyclic.sort()).toEqual([
      `eip155:31337/reference:${nameOf('a', 'ouroboros-a')}`,
      `eip155:31338/reference:${nameOf('b', 'ouroboros-b')}`,
    ])
  })

  test('has patrons who stake, leave, wait, are slashed, delegate and pass shares on', () => {
    const patrons = [...named(both(), 'Staked').map(log => log.args.patron)]
    expect(distinct(patrons)).toBeGreaterThanOrEqual(15)
    for (const side of ['a', 'b'] as const) {
      const requested = named(logs[side], 'ExitRequested').length
      const paid = named(logs[side], 'ExitPaid').length
      expect(paid).toBeGreaterThan(0)
      expect(requested - paid).toBeGreaterThanOrEqual(4)
      expect(named(logs[side], 'DelegateChanged').length).toBeGreaterThanOrEqual(6)
      const slashes = named(logs[side], 'Slashed')
      expect(slashes.some(log => (log.args.exitingAssets as bigint) > 0n)).toBe(true)
      expect(named(logs[side], 'Compounded').length).toBeGreaterThan(5)
    }
    const zero = `0x${'0'.repeat(40)}`
    const passed = named(both(), 'Transfer').filter(
      ({ args }) => args.value !== undefined && args.from !== zero && args.to !== zero,
    )
    expect(passed.length).toBeGreaterThanOrEqual(4)
  })

  test('has curves that are bought and sold, slashed, given to, and one on each chain that graduates', () => {
    for (const side of ['a', 'b'] as const) {
      expect(named(logs[side], 'CurveCreated').length).toBe(2)
      expect(named(logs[side], 'Bought').length).toBeGreaterThan(14)
      expect(named(logs[side], 'Sold').length).toBeGreaterThan(2)
      for (const name of ['CurveSlashed', 'Graduated', 'Redeemed'])
        expect(named(logs[side], name).length, name).toBeGreaterThan(0)
      const curves = new Set(
        named(logs[side], 'CurveCreated').map(log => String(log.args.curve).toLowerCase()),
      )
      expect(
        named(logs[side], 'Compounded').filter(log => curves.has(log.address.toLowerCase())).length,
      ).toBeGreaterThan(2)
    }
  })

  test('has votes that steer here and on the other chain, change, and end with their locks', () => {
    for (const [side, other] of [
      ['a', 'eip155:31338/'],
      ['b', 'eip155:31337/'],
    ] as const) {
      const cast = named(logs[side], 'Voted')
      const abroad = cast.filter(log => String(log.args.model).startsWith(other))
      expect(abroad.length).toBeGreaterThan(4)
      expect(cast.length - abroad.length).toBeGreaterThan(4)
      const ballots = cast.map(log => `${log.args.account} ${log.args.ballot}`)
      expect(distinct(ballots)).toBeLessThan(ballots.length)
      const changes = named(logs[side], 'LockChanged')
      expect(changes.some(log => log.args.added === 0n)).toBe(true)
      expect(changes.length).toBeGreaterThan(distinct(changes.map(log => log.args.account)))
      expect(named(logs[side], 'Withdrawn').length).toBeGreaterThan(0)
    }
  })

  test('moves money in two tokens, to owners who change, in claims, and over the bridge but for what is lost', () => {
    const fees = named(both(), 'FeePaid')
    expect(fees.length).toBeGreaterThan(80)
    expect(distinct(fees.map(fee => fee.args.token))).toBe(2)
    expect(distinct(named(both(), 'RoyaltyClaimed').map(claim => claim.args.token))).toBe(2)
    const sold = named(logs.a, 'RevenueCredited').filter(log => log.args.modelId === 6n)
    expect(distinct(sold.map(log => log.args.beneficiary))).toBeGreaterThan(1)
    for (const [from, to] of [
      [logs.a, logs.b],
      [logs.b, logs.a],
    ] as const) {
      const arrived = new Set(named(to, 'RoyaltyReceived').map(log => log.args.guid))
      const sent = named(from, 'RoyaltySent')
      expect(arrived.size).toBeGreaterThan(3)
      expect(sent.filter(log => arrived.has(log.args.guid)).length).toBe(arrived.size)
      expect(arrived.has(sent[0]?.args.guid)).toBe(false)
    }
    for (const name of ['VersionPublished', 'ModelAttested', 'AttestationRevoked']) {
      expect(named(both(), name).length).toBeGreaterThan(0)
    }
  })

  test('is the same chain again for the same seed, block by block', async () => {
    const again = await freshPair()
    try {
      await runScenario({ a: again.a.url, b: again.b.url, seed: 'provenance' })
      expect(await fingerprint(again.a)).toBe(await fingerprint(pair.a))
      expect(await fingerprint(again.b)).toBe(await fingerprint(pair.b))
    } finally {
      await closePair(again)
    }
  })
})

describe('the chains after the scenario', () => {
  test('are left as they are by a second run, live on by themselves, and every act succeeds', async () => {
    const before = await fingerprint(pair.a)
    const second = await runScenario({ a: pair.a.url, b: pair.b.url, seed: 'provenance' })
    expect(second.played).toBe(false)
    expect(await fingerprint(pair.a)).toBe(before)

    const from = Number(await pair.a.rpc<string>('eth_blockNumber'))
    const stop = new AbortController()
    const living = live({ a: pair.a.url, b: pair.b.url, seed: 'provenance', signal: stop.signal, blockMs: 1 })
    while (Number(await pair.a.rpc<string>('eth_blockNumber')) < from + 100) {
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    stop.abort()
    await living

    const kinds = new Set<string>()
    let refused = 0
    const to = Number(await pair.a.rpc<string>('eth_blockNumber'))
    for (let block = from + 1; block <= to; block++) {
      const receipts = await pair.a.rpc<{ status: string; logs: RawLog[] }[]>('eth_getBlockReceipts', [
        `0x${block.toString(16)}`,
      ])
      refused += receipts.filter(({ status }) => status !== '0x1').length
      for (const { name } of decode(receipts.flatMap(receipt => receipt.logs))) kinds.add(name)
    }
    expect(refused).toBe(0)
    expect([...kinds]).toEqual(expect.arrayContaining(['FeePaid', 'Staked', 'ExitPaid', 'RoyaltyReceived']))
    // The time of a living chain is the clock's.
    const { timestamp } = await pair.a.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false])
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(3_600)
  })

  test("mine a visitor's transaction at once when nobody drives them", async () => {
    const before = Number(await pair.b.rpc<string>('eth_blockNumber'))
    const [account] = await pair.b.rpc<string[]>('eth_accounts')
    await pair.b.rpc('eth_sendTransaction', [{ from: account, to: account, value: '0x1' }])
    // Anvil answers before it mines.
    await expect.poll(async () => Number(await pair.b.rpc<string>('eth_blockNumber'))).toBe(before + 1)
  })
})

async function fingerprint(chain: TestChain): Promise<string> {
  const { number, hash, timestamp } = await chain.rpc<Record<string, string>>('eth_getBlockByNumber', [
    'latest',
    false,
  ])
  const fields = (await allLogs(chain)).map(log => [
    log.blockNumber,
    log.logIndex,
    log.transactionHash,
    log.address,
    log.topics,
    log.data,
  ])
  return createHash('sha256')
    .update(JSON.stringify([number, hash, timestamp, fields]))
    .digest('hex')
}

/** The longest line of forks on one chain; parents have the smaller ids. */
function depthOf(from: Decoded[]): number {
  const depth = new Map<bigint, number>()
  for (const { args } of named(from, 'ModelForked')) {
    const parents = (args.parentIds as bigint[]).map(id => depth.get(id) ?? 0)
    depth.set(args.childId as bigint, Math.max(0, ...parents) + 1)
  }
  return Math.max(...depth.values())
}

/** Whether some model reaches one ancestor through two of its parents. */
function hasDiamond(from: Decoded[]): boolean {
  const ancestors = new Map<bigint, Set<bigint>>()
  for (const { args } of named(from, 'ModelForked')) {
    const lines = (args.parentIds as bigint[]).map(id => new Set([id, ...(ancestors.get(id) ?? [])]))
    const all = new Set(lines.flatMap(line => [...line]))
    if (all.size < lines.reduce((sum, line) => sum + line.size, 0)) return true
    ancestors.set(args.childId as bigint, all)
  }
  return false
}
