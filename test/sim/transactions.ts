import { protocols } from '../../src/protocols/registry'
import { loadRecording } from '../../src/replay/recording'
import type { Prng } from '../../src/sandbox/scenario/prng'
import type { TestChain } from '../fixtures/chain'
import { STORY_RECORDING } from './recordingFile'
import { digest, type SimLog, type SimTransaction } from './simChain'

/** Transactions of real contracts, in the order of their chains: what the simulated chains are filled with. */
export interface Material {
  story: SimTransaction[]
  reference: SimTransaction[]
}

/** Story's recorded transactions, and those that the reference contracts made when the scenario was played on `chain`. */
export async function materialFrom(chain: TestChain): Promise<Material> {
  const logs = await chain.rpc<(SimLog & { transactionHash: string })[]>('eth_getLogs', [
    { fromBlock: '0x0', toBlock: 'latest' },
  ])
  const recording = await loadRecording([STORY_RECORDING])
  return {
    story: recording.blocks
      .flatMap(({ transactions }) => transactions.map(({ hash, logs }) => ({ hash, logs: logs.map(bare) })))
      .filter(isOfInterest),
    reference: byTransaction(logs).filter(isOfInterest),
  }
}

const topics = new Set(
  Object.values(protocols).flatMap(({ handlers }) => Object.values(handlers).flatMap(Object.keys)),
)

/** Deployments and approvals would fill many blocks with nothing to index. */
function isOfInterest({ logs }: SimTransaction): boolean {
  return logs.some(log => topics.has(log.topics[0] ?? ''))
}

function byTransaction(logs: (SimLog & { transactionHash: string })[]): SimTransaction[] {
  const found = new Map<string, SimTransaction>()
  for (const log of logs) {
    const transaction = found.get(log.transactionHash) ?? { hash: log.transactionHash, logs: [] }
    transaction.logs.push(bare(log))
    found.set(log.transactionHash, transaction)
  }
  return [...found.values()]
}

function bare({ address, topics, data }: SimLog): SimLog {
  return { address: address.toLowerCase(), topics, data }
}

/** A stretch of both, woven together, with logs of strangers among them that look like ours. */
export function woven({ story, reference }: Material, random: Prng): SimTransaction[] {
  const queues = [story.slice(0, random.int(20, story.length)), reference.slice(0, random.int(50, 400))]
  const all: SimTransaction[] = []
  while (queues.some(queue => queue.length > 0)) {
    const queue = random.pick(queues.filter(({ length }) => length > 0))
    all.push(queue.shift()!)
    if (random.chance(10)) all.push(stranger(random, all))
  }
  return all
}

/** Somebody else's contract that emits what ours do: alone, or in one transaction with ours. */
function stranger(random: Prng, before: SimTransaction[]): SimTransaction {
  const model = random.pick(before)
  const address = `0x${digest(`stranger ${random.next()}`).slice(2, 42)}`
  const logs = model.logs.map(log => ({ ...log, address: random.chance(80) ? address : log.address }))
  // A log without a topic is legal.
  if (random.chance(20)) logs.push({ address, topics: [], data: '0x' })
  return { hash: digest(`transaction ${random.next()} ${before.length}`), logs }
}
