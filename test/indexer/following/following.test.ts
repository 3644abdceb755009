import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type Follow, Following } from '../../../src/indexer/following/following'
import { Rules } from '../../../src/indexer/following/rules'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { sourcesOf } from '../../fixtures/sources'
import type { SimChain } from '../../sim/simChain'
import { CHAIN_ID, ForkableNode } from '../sources/forkableNode'
import { allLogs, announcingChain, eventsIn, eventsOf, foundIn, sources } from './announcingChain'

const open: { stop(): Promise<void> | void }[] = []

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.stop()
})

async function nodeOf(chain: SimChain): Promise<ForkableNode> {
  const node = await ForkableNode.start(chain)
  open.push(node)
  return node
}

/** Goes on from blocks that were given, as from the tables that hold what they come to. */
function followOn(given: () => RangeBlock[], mostOfRole?: number): Follow {
  const rules = Rules.of(`eip155:${CHAIN_ID}`, sources, mostOfRole)
  return async height => {
    const following = new Following(rules)
    const found = foundIn(given().filter(({ header }) => header.height <= height))
    following.note(following.known().with(found))
    return following
  }
}

function readerOf(node: ForkableNode, follow: Follow, finality = 10) {
  const made = sourcesOf({ urls: [node.url], chainId: CHAIN_ID, follow, finality, pollIntervalMs: 5 })
  open.push({ stop: () => made.pool.close() })
  return made
}

/** Answers as late as it likes, so that ranges come in any order. */
function hesitate(node: ForkableNode, random: Prng): void {
  node.delay = () => random.pick([0, 0, 1, 3, 8])
}

/** Addresses and topics of the questions for logs. */
function questions(node: ForkableNode): { address?: string[]; topics: [string[]] }[] {
  return node
    .asked('eth_getLogs')
    .map(({ params }) => params[0] as { address?: string[]; topics: [string[]] })
}

const SEEDS = Array.from({ length: 8 }, (_, i) => `${i}`)

describe('history of contracts that are announced', () => {
  test.each(SEEDS)('comes to the same as that of everybody, however it is cut: seed %s', async seed => {
    const random = new Prng(`cut ${seed}`)
    const chain = announcingChain(seed)
    chain.mine(random.int(50, 300))
    const node = await nodeOf(chain)
    node.countsByTransaction = random.chance(30)
    hesitate(node, random)
    const blocks: RangeBlock[] = []
    const follow = followOn(() => blocks)
    // Stopped now and then, and begun anew by another process.
    const end = chain.head.number
    while ((blocks.at(-1)?.header.height ?? -1) < end) {
      const from = (blocks.at(-1)?.header.height ?? -1) + 1
      const to = Math.min(end, from + random.int(0, 200))
      const { cold, pool } = readerOf(node, follow, 0)
      for await (const batch of cold.getFinalizedBlocks([{ range: { from, to } }], true))
        blocks.push(...batch.blocks)
      pool.close()
    }
    expect(eventsIn(blocks)).toEqual(eventsOf(allLogs(chain, end)))
    const places = blocks.flatMap(({ header, logs }) => logs.map(log => `${header.height}-${log.logIndex}`))
    expect(new Set(places).size).toBe(places.length)
    expect(questions(node).every(({ address }) => address !== undefined)).toBe(true)
  })

  test('is asked for by topic once a role has too many contracts', async () => {
    const chain = announcingChain('many')
    chain.mine(400)
    const node = await nodeOf(chain)
    const blocks: RangeBlock[] = []
    const { cold } = readerOf(
      node,
      followOn(() => blocks, 2),
    )
    for await (const batch of cold.getFinalizedBlocks([{ range: { from: 0 } }], true))
      blocks.push(...batch.blocks)
    expect(eventsIn(blocks)).toEqual(eventsOf(allLogs(chain, blocks.at(-1)!.header.height)))
    expect(questions(node).some(({ address }) => address === undefined)).toBe(true)
    expect(Math.max(...questions(node).map(({ address = [] }) => address.length))).toBeLessThan(12)
  })
})

describe('new blocks of contracts that are announced', () => {
  test.each(SEEDS)(
    'come to the same as those of everybody, after any reorganisation: seed %s',
    async seed => {
      const random = new Prng(`hot ${seed}`)
      const chain = announcingChain(`hot ${seed}`)
      chain.mine(30)
      const node = await nodeOf(chain)
      node.countsByTransaction = random.chance(30)
      let blocks: RangeBlock[] = []
      let final = { height: 0, hash: chain.branch[0]!.hash }
      const follow = followOn(() => blocks, random.chance(20) ? 2 : undefined)
      const start = () => {
        const { hot, pool } = readerOf(node, follow, 40)
        const top = blocks.filter(({ header }) => header.height > final.height).map(({ header }) => header)
        void hot
          .processHotBlocks(
            [{ range: { from: final.height + 1 } }],
            { ...final, nonce: 0, top } as never,
            async update => {
              if (pool !== current) return
              blocks = [
                ...blocks.filter(({ header }) => header.height <= update.baseHead.height),
                ...update.blocks,
              ]
              final = update.finalizedHead
            },
          )
          .catch(() => {})
        return pool
      }
      let current = start()
      const isEqual = () =>
        vi.waitFor(
          () => {
            expect(blocks.at(-1)?.header.hash).toBe(chain.head.hash)
            expect(eventsIn(blocks)).toEqual(eventsOf(allLogs(chain, chain.head.number)))
          },
          { timeout: 20_000, interval: 5 },
        )
      await isEqual()
      for (let steps = 12; steps > 0; steps--) {
        const kind = random.int(0, 4)
        if (kind <= 1) chain.mine(random.int(1, 5))
        else if (kind <= 3) chain.reorganise(random.int(1, 25), random.int(1, 30))
        else {
          current.close()
          current = start()
        }
        if (random.chance(70)) await isEqual()
        else await sleep(random.int(0, 20))
      }
      chain.mine(1)
      await isEqual()
    },
  )
})
