import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { DeepReorg } from '../../../src/indexer/deepReorg'
import { RpcError } from '../../../src/replay/rpcError'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { word } from '../../replay/recordings'
import type { Answer, RpcRequest } from '../../rpc/proxy'
import type { SimChain } from '../../sim/simChain'
import { chainOf, Followed, foreignChain, mineForeign, mineWith } from './followed'
import { ForkableNode } from './forkableNode'

const open: { stop(): Promise<void> }[] = []
const following: Followed[] = []

afterEach(async () => {
  for (const followed of following.splice(0)) followed.close()
  for (const node of open.splice(0)) await node.stop()
})

async function nodeOf(chain: SimChain): Promise<ForkableNode> {
  const node = await ForkableNode.start(chain)
  open.push(node)
  return node
}

function follow(options: ConstructorParameters<typeof Followed>[0]): Followed {
  const followed = new Followed(options)
  following.push(followed)
  return followed
}

/** So many more looks at the head have been answered. */
async function looks(node: ForkableNode, count: number): Promise<void> {
  const before = node.asked('eth_getBlockByNumber').length
  await vi.waitFor(
    () => expect(node.asked('eth_getBlockByNumber').length).toBeGreaterThanOrEqual(before + count),
    { timeout: 20_000, interval: 5 },
  )
}

function looksAt(node: ForkableNode): number {
  return node.asked('eth_getBlockByNumber').filter(({ params }) => params[0] === 'latest').length
}

function isLogs(request: RpcRequest): boolean {
  return request.method === 'eth_getLogs'
}

describe('a head that moves', () => {
  test('on: every block, and each log once', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    for (let i = 0; i < 40; i++) {
      chain.mine(1 + (i % 3))
      await followed.isEqual()
    }
    expect(followed.removed).toBe(0)
    expect(followed.final.height).toBeGreaterThan(60)
  })

  test('to another block at the same height: seen at the next look', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    for (const depth of [1, 2, 7, 19]) {
      chain.reorganise(depth, depth)
      await looks(node, 2)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(29)
  })

  test('down: a fork that is shorter', async () => {
    const chain = chainOf(30)
    const followed = follow({ chain, urls: [(await nodeOf(chain)).url] })
    await followed.isEqual()
    chain.reorganise(9, 3)
    await followed.isEqual()
    expect(followed.tip).toBe(24)
  })

  test('down on its own fork, and stays there: followed once it has been met for long', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    chain.reorganise(5, 0)
    await looks(node, 5)
    expect(followed.removed).toBe(0)
    await followed.isEqual()
    expect(followed.tip).toBe(25)
    chain.mine(3)
    await followed.isEqual()
  })

  test('far on at once: 300 blocks, by a hundred an update, in few requests', async () => {
    const chain = chainOf(5)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 1000 })
    await followed.isEqual()
    const before = node.requests
    chain.mine(300)
    await followed.isEqual()
    expect(followed.updates.at(-1)!.blocks).toHaveLength(100)
    expect(node.requests - before).toBeLessThan(25)
  })
})

describe('a node that is behind', () => {
  test('head N, then N-3: nothing is removed', async () => {
    const chain = chainOf(40)
    const node = await nodeOf(chain)
    const random = new Prng('lag')
    node.branch = () => (random.chance(30) ? chain.branch.slice(0, -3) : chain.branch)
    const followed = follow({ chain, urls: [node.url] })
    for (let i = 0; i < 30; i++) {
      chain.mine(1)
      await looks(node, 3)
    }
    await followed.isEqual()
    expect(followed.removed).toBe(0)
  })

  test('below what is final: it is waited for, and said', async () => {
    const chain = chainOf(50)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 5 })
    await followed.isFinalTo(45)
    node.branch = () => chain.branch.slice(0, 20)
    await vi.waitFor(() =>
      expect(followed.sources.problems.current).toMatch(
        /is at block 19 only, and block 45 is final here: it has fallen behind, or is of another chain/,
      ),
    )
    node.branch = undefined
    chain.mine(1)
    await followed.isEqual()
    expect(followed.sources.problems.current).toBeNull()
    expect(followed.removed).toBe(0)
  })

  test('stands still, while the next endpoint goes on: that one is followed', async () => {
    const chain = chainOf(30)
    const [stuck, sound] = [await nodeOf(chain), await nodeOf(chain)]
    const followed = follow({ chain, urls: [stuck.url, sound.url] })
    await followed.isEqual()
    const { branch } = chain
    stuck.branch = () => branch
    for (let i = 0; i < 20; i++) {
      chain.mine(1)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(0)
  })
})

describe('a fork below what is final', () => {
  test('is a DeepReorg that names the block, after several answers', async () => {
    const chain = chainOf(50)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 5 })
    await followed.isFinalTo(45)
    const { final } = followed
    chain.reorganise(20, 22)
    const asked = node.asked('eth_getBlockByNumber').length
    await expect(followed.ended).rejects.toThrow(DeepReorg)
    await expect(followed.ended).rejects.toMatchObject({
      finalized: final,
      replacedBy: chain.branch[45]!.hash,
    })
    const about = node.seen.filter(({ params }) => params[0] === '0x2d').length
    expect(about, 'of the block itself').toBeGreaterThanOrEqual(3)
    expect(asked).toBeGreaterThan(0)
  })

  test('of one endpoint, where another still has the block: no reorganisation, and the other is followed', async () => {
    const chain = chainOf(50)
    const [wrong, sound] = [await nodeOf(chain), await nodeOf(chain)]
    const followed = follow({ chain, urls: [wrong.url, sound.url], finality: 5 })
    await followed.isFinalTo(45)
    const other = foreignChain(80)
    wrong.branch = () => other.branch
    for (let i = 0; i < 10; i++) {
      chain.mine(1)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(0)
  })

  test('in a single answer: it is asked again, and goes on', async () => {
    const chain = chainOf(50)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 5 })
    await followed.isFinalTo(45)
    const other = foreignChain(80)
    let lies = 3
    node.branch = () => (lies-- > 0 ? other.branch : chain.branch)
    await looks(node, 10)
    chain.mine(2)
    await followed.isEqual()
    expect(followed.removed).toBe(0)
  })
})

describe('answers about logs', () => {
  const oddities: Record<string, (logs: Answer[]) => Answer> = {
    'a log twice': logs => logs.flatMap(log => [log, log]),
    'logs out of order': logs => [...logs].reverse(),
    'null for none': logs => (logs.length === 0 ? null : logs),
    'logs of another block hash': logs => logs.map(log => ({ ...log, blockHash: word(9) })),
    'logs of another block': logs => logs.map(log => ({ ...log, blockNumber: '0x1' })),
    'what is no list': () => 'none',
  }

  test.each(Object.entries(oddities))('%s, now and then: each log once', async (_, spoil) => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const random = new Prng('oddities')
    node.after = (request, result) => (isLogs(request) && random.chance(30) ? spoil(result) : result)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    for (let i = 0; i < 10; i++) {
      mineWith(chain, 1, 2, 2)
      await followed.isEqual()
    }
  })

  test('of blocks with 2,000 foreign logs, which fill the bloom: they are not brought', async () => {
    const chain = chainOf(20, { transactions: 0 })
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], pollIntervalMs: 200 })
    await followed.isEqual()
    const before = node.bytes
    for (let i = 0; i < 8; i++) {
      mineForeign(chain, 2000)
      await followed.isEqual()
    }
    expect((node.bytes - before) / 8, 'bytes a block; its logs are 1.3 MB').toBeLessThan(60_000)
  })

  test('without a log that the bloom speaks for: another endpoint is asked', async () => {
    const chain = chainOf(30, { transactions: 0 })
    const [lazy, sound] = [await nodeOf(chain), await nodeOf(chain)]
    lazy.after = (request, result) => (isLogs(request) ? [] : result)
    const followed = follow({ chain, urls: [lazy.url, sound.url] })
    await followed.isEqual()
    for (let i = 0; i < 5; i++) {
      mineWith(chain, 1, 2)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(0)
  })

  test('without a log at first, and no other endpoint: it is found before its block is final', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 20 })
    await followed.isEqual()
    mineWith(chain, 2)
    const { hash, number: height } = chain.head
    node.after = ({ params }, result) =>
      (params[0] as { blockHash?: string }).blockHash === hash ? [] : result
    await vi.waitFor(() => expect(followed.tip).toBe(height))
    while (followed.final.height < height) {
      chain.mine(1)
      await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number))
    }
    await followed.isEqual()
    expect(followed.removed).toBeGreaterThan(0)
  })

  test('that omit one now and then, for ever: nothing final lacks a log', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const random = new Prng('omissions')
    // One that leaves the same log out at both looks cannot be noticed.
    const omitted = new Set<string>()
    node.after = (request, result) => {
      if (!isLogs(request) || result.length === 0 || !random.chance(20)) return result
      const [{ blockHash, logIndex }, ...rest] = result
      const log = `${blockHash} ${logIndex}`
      if (omitted.has(log)) return result
      omitted.add(log)
      return rest
    }
    const followed = follow({ chain, urls: [node.url], finality: 12 })
    for (let i = 0; i < 60; i++) {
      chain.mine(1)
      await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number))
    }
    node.after = (_, result) => result
    chain.mine(1)
    await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number))
    mineWith(chain, 2)
    for (let i = 0; i < 20; i++) {
      chain.mine(1)
      await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number))
    }
    await followed.isEqual()
    expect(omitted.size).toBeGreaterThan(0)
  })

  test('refused by hash, or beyond one log: asked by number, or for each topic by itself', async () => {
    const chain = chainOf(30, { transactions: 0 })
    const node = await nodeOf(chain)
    node.before = request => {
      const [filter] = request.params as [{ blockHash?: string; fromBlock: string; toBlock: string }]
      if (isLogs(request) && filter.blockHash !== undefined) throw new RpcError(-32602, 'invalid params')
      return undefined
    }
    node.after = (request, result) => {
      if (isLogs(request) && result.length > 2)
        throw new RpcError(-32000, 'logs matched by query exceeds limit of 2')
      return result
    }
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    mineWith(chain, 2, 5, 2, 5)
    await followed.isEqual()
    for (let i = 0; i < 20; i++) mineWith(chain, 1, 2, 5)
    await followed.isEqual()
  })

  test('over more blocks than it gives, without a word of it: asked for in parts', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    node.before = ({ method, params }) => {
      const { fromBlock, toBlock } = (params[0] ?? {}) as { fromBlock?: string; toBlock?: string }
      if (method === 'eth_getLogs' && fromBlock && Number(toBlock) - Number(fromBlock) >= 3)
        throw new RpcError(-32603, 'request not allowed')
      return undefined
    }
    mineWith(chain, 40, 2)
    await followed.isEqual()
    expect(followed.sources.problems.current).toBeNull()
  })

  test('beyond what it gives of one block at all: it is waited for and said, and goes on once it does', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    node.before = request => {
      if (isLogs(request)) throw new RpcError(-32000, 'no such thing here')
      return undefined
    }
    mineWith(chain, 2)
    await vi.waitFor(
      () =>
        expect(followed.sources.problems.current).toMatch(
          /does not give the logs of block \d+: no such thing here/,
        ),
      20_000,
    )
    node.before = () => undefined
    await followed.isEqual()
    expect(followed.sources.problems.current).toBeNull()
  })
})

describe('the bloom of a header', () => {
  test('holds nothing of ours: no logs are asked for but once more in 32 blocks', async () => {
    const chain = chainOf(30, { transactions: 0 })
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.url], finality: 80 })
    await followed.isEqual()
    mineWith(chain, 2) // the chain makes blooms
    await followed.isEqual()
    const before = node.asked('eth_getLogs').length
    for (let i = 0; i < 60; i++) {
      mineWith(chain, 3, 4)
      await followed.isEqual()
    }
    const queries = 2 // one by address, one for any
    expect(node.asked('eth_getLogs').length - before).toBeLessThanOrEqual(5 * queries)
  })

  test.each<[string, string | undefined]>([
    ['is zero on every block', `0x${'00'.repeat(256)}`],
    ['is not there', undefined],
    ['is no bloom', '0x'],
  ])('%s: every block is asked for', async (_, logsBloom) => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    node.after = ({ method }, result) =>
      method === 'eth_getBlockByNumber' && result ? { ...result, logsBloom } : result
    const followed = follow({ chain, urls: [node.url] })
    await followed.isEqual()
    for (let i = 0; i < 20; i++) {
      mineWith(chain, 1, 2)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(0)
  })

  test('lacks some logs, as those of system transactions: found before they are final, and not believed again', async () => {
    const chain = chainOf(40)
    const node = await nodeOf(chain)
    node.after = ({ method }, result) =>
      method === 'eth_getBlockByNumber' && result
        ? { ...result, logsBloom: `0x${'00'.repeat(255)}01` }
        : result
    const followed = follow({ chain, urls: [node.url], finality: 20 })
    for (let i = 0; i < 40; i++) {
      chain.mine(1)
      await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number))
    }
    const { removed } = followed
    for (let i = 0; i < 40; i++) {
      chain.mine(1)
      await followed.isEqual()
    }
    expect(followed.removed).toBe(removed)
  })
})

describe('finality', () => {
  test.each(['finalized', 'safe'] as const)('by the tag %s', async tag => {
    const chain = chainOf(50)
    const node = await nodeOf(chain)
    node.finalized = 30
    const followed = follow({ chain, urls: [node.url], finality: tag })
    await followed.isEqual()
    chain.mine(1)
    await followed.isFinalTo(30)
    node.finalized = 44
    await followed.isFinalTo(44) // without a new block
    node.finalized = 40
    chain.mine(1)
    await followed.isEqual()
    await looks(node, 12)
    expect(followed.final.height).toBe(44)
  })

  test('by a tag that the endpoint does not know: 64 blocks on top', async () => {
    const chain = chainOf(100)
    const followed = follow({ chain, urls: [(await nodeOf(chain)).url], finality: 'finalized' })
    await followed.isEqual()
    chain.mine(1)
    await followed.isEqual()
    await followed.isFinalTo(101 - 64)
  })

  test('by a tag that stands at the first block: 10,000 blocks wait, and no more', async () => {
    const chain = chainOf(0, { transactions: 0 })
    chain.mine(10_100)
    const node = await nodeOf(chain)
    node.finalized = 0
    const { heads, pool } = follow({ chain, urls: [node.url], finality: 'finalized' }).sources
    await vi.waitFor(async () => expect(await heads.finalizedHeight()).toBe(100), 20_000)
    pool.close()
  })

  test('never falls, whichever source is asked and however far back the endpoint is', async () => {
    const chain = chainOf(60)
    const node = await nodeOf(chain)
    const { sources } = follow({ chain, urls: [node.url], finality: 10 })
    expect(await sources.cold.getFinalizedHeight()).toBe(50)
    node.branch = () => chain.branch.slice(0, 31)
    for (let i = 0; i < 3; i++) {
      await sleep(25) // longer than a poll: the chain is asked again
      expect(await sources.hot.getFinalizedHeight()).toBe(50)
      expect(await sources.cold.getFinalizedHeight()).toBe(50)
    }
  })
})

describe('a WebSocket', () => {
  test('that pushes heads: they are followed without polling', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.socketUrl], pollIntervalMs: 2000, finality: 20 })
    await vi.waitFor(() => expect(node.asked('eth_subscribe')).toHaveLength(1))
    await followed.isEqual()
    for (let i = 0; i < 20; i++) {
      const polls = looksAt(node)
      chain.mine(1)
      node.pushHead()
      const pushed = performance.now()
      await followed.isEqual()
      if (i > 0) {
        expect(performance.now() - pushed, 'sooner than a poll').toBeLessThan(1000)
        expect(looksAt(node)).toBe(polls)
      }
    }
  })

  test('that goes quiet: it is left for polling, and relied on again once it speaks', async () => {
    const chain = chainOf(30)
    const node = await nodeOf(chain)
    const followed = follow({ chain, urls: [node.socketUrl] })
    await followed.isEqual()
    await vi.waitFor(() => expect(node.asked('eth_subscribe')).toHaveLength(1))
    for (let i = 0; i < 5; i++) {
      chain.mine(1)
      node.pushHead()
      await followed.isEqual()
    }
    node.pushes = false
    for (let i = 0; i < 5; i++) {
      chain.mine(1)
      await followed.isEqual()
    }
    chain.reorganise(3, 3)
    await followed.isEqual()
    node.pushes = true
    for (let i = 0; i < 5; i++) {
      chain.mine(1)
      node.pushHead()
      await followed.isEqual()
    }
  })
})

test('what a former process left, with gaps, is gone on from', async () => {
  const chain = chainOf(60)
  const node = await nodeOf(chain)
  const top = [41, 45, 46, 50].map(height => ({ height, hash: chain.branch[height]!.hash }))
  const { hash } = chain.branch[40]!
  const followed = follow({ chain, urls: [node.url], finality: 20, state: { height: 40, hash, top } })
  await followed.isEqual()
  chain.reorganise(17, 20) // its fork is in a gap
  await followed.isEqual()
})

test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
  'a chain forked at random, through endpoints that lag, omit, double and refuse: it ends equal (seed %i)',
  async seed => {
    const random = new Prng(`hot source ${seed}`)
    const chain = chainOf(random.int(10, 60), { seed: `chain ${seed}` })
    const nodes = await Promise.all(Array.from({ length: random.int(1, 2) }, () => nodeOf(chain)))
    const finality = random.pick([2, 9, 16, 40])
    /** a log that is left out for ever cannot be found */
    const omitted = new Set<string>()
    const placeOf = (log: Answer) => `${log.blockHash}-${log.logIndex}`
    for (const node of nodes) {
      const own = new Prng(`node ${seed} ${node.url.length}`)
      node.branch = () => (own.chance(10) ? chain.branch.slice(0, -own.int(1, 3)) : chain.branch)
      node.before = () => {
        if (own.chance(3)) throw new RpcError(-32000, 'header not found')
        return undefined
      }
      node.after = (request, result) => {
        if (!isLogs(request) || result.length === 0 || !own.chance(15)) return result
        const [first, ...rest] = result
        if (own.chance(50)) return own.chance(50) ? [...rest, first, first] : [...result].reverse()
        if (omitted.has(placeOf(first))) return result
        omitted.add(placeOf(first))
        return rest
      }
    }
    const followed = follow({ chain, urls: nodes.map(({ url }) => url), finality, pollIntervalMs: 5 })
    for (let step = 0; step < 40; step++) {
      if (random.chance(70)) chain.mine(random.int(1, 4))
      else {
        const depth = Math.min(
          chain.head.number - followed.final.height - 1,
          random.int(1, Math.max(1, finality - 4)),
        )
        if (depth > 0) chain.reorganise(depth, Math.max(0, depth + random.int(-2, 3)))
      }
      await sleep(random.int(0, 30))
    }
    for (const node of nodes) {
      node.branch = undefined
      node.before = () => undefined
      node.after = (_, result) => result
    }
    // What was omitted is found while it can still be undone.
    for (let i = 0; i < 20; i++) {
      chain.mine(1)
      await vi.waitFor(() => expect(followed.tip).toBe(chain.head.number), { timeout: 20_000, interval: 5 })
    }
    await followed.isEqual()
  },
)
