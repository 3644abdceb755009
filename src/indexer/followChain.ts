import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@subsquid/logger'
import type {
  DataSource,
  HashAndHeight,
  HotDataSource,
  HotUpdate,
  Runner,
} from '@subsquid/util-internal-processor-tools'
import { ConfigError } from '../config/configError'
import type { RangeBlock } from '../rpc/chainLogs'
import { firstLine } from '../rpc/rpcFault'
import { DeepReorg } from './deepReorg'
import { Blame } from './pipeline/blame'
import { type Batch, BatchFailed, type Pipeline } from './pipeline/pipeline'
import type { Heads } from './sources/heads'
import type { Problems } from './sources/problems'
import { dropLostHotBlocks, standOnChain } from './standOnChain'
import { ChainInUse } from './store/chainLock'
import type { ChainStore } from './store/chainStore'
import { isMisconfigured } from './store/postgresFault'

/** What is asked of a source: the SDK's requests, by ranges of blocks. */
export type Requests = ConstructorParameters<typeof Runner>[0]['requests']

export interface FollowOptions {
  store: ChainStore
  /** what folds and writes */
  pipeline: Pipeline
  /** final blocks */
  history: DataSource<RangeBlock, unknown>
  /** blocks as they come, which a reorganisation may remove */
  hot: HotDataSource<RangeBlock, unknown>
  requests: Requests
  heads: Pick<Heads, 'requireFinal' | 'hashNow' | 'noteGiven'>
  /** for messages */
  chain: string
  maxRewind: number
  log: Logger
  problems: Problems
  /** Brings the rows to what the configuration asks for now, before blocks are added to them. */
  settleSources(): Promise<void>
  /** told when blocks above one were undone: answers kept of them are of a lost fork */
  rewound(to: HashAndHeight): Promise<void>
  /** The rows are to be made again before blocks are added to them (see `settleSources`). */
  mustSettle(): boolean
  /** told when the history is read up to the final head */
  historyRead(): void
}

/** Pause after a failure, doubled with each that follows without a block in between, ms. */
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 15_000
/** Blocks without logs that are written in one transaction. */
const MOST_BLOCKS = 100

/**
 * Follows a chain until its last requested block is final: history first, then blocks as they come. Whatever passes
 * is waited out, said once, and gone on from: Postgres that restarts, endpoints that fail, a reorganisation of any depth
 * that can be undone.
 *
 * @throws only what waiting cannot mend: ConfigError, ChainInUse
 */
export async function followChain(options: FollowOptions): Promise<void> {
  const { store, chain, problems, log } = options
  const { pipeline } = options
  const blame = new Blame(options)
  let pause = FIRST_PAUSE_MS
  for (;;) {
    const before = store.last.hash
    try {
      await store.open()
      pipeline.restart()
      if (!blame.isPending) problems.over(chain)
      await standAndFollow({ ...options, committed: () => blame.passed() })
      return
    } catch (error) {
      if (!isPassing(error)) throw error
      log.debug(error as object)
      if (error instanceof DeepReorg) log.warn(error.message)
      else if (error instanceof BatchFailed && !store.isBroken) await blame.failed(error)
      else problems.say(chain, firstLine(error))
      if (store.isBroken) await store.close()
      pause = store.last.hash === before ? Math.min(pause * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS
      await sleep(pause)
    }
  }
}

/** Whether waiting may mend it. */
export function isPassing(error: unknown): boolean {
  return !(error instanceof ConfigError || error instanceof ChainInUse || isMisconfigured(error))
}

/** With what is told of each batch that is written. */
type Following = FollowOptions & { committed(): void }

async function standAndFollow(options: Following): Promise<void> {
  const { store, history, hot, heads, requests } = options
  const rewound = await standOnChain(options)
  if (rewound) await options.rewound(rewound)
  const { final } = store
  if (final) heads.noteGiven(final)
  await options.settleSources()
  const finalized = await history.getFinalizedHeight()
  if (finalized > store.last.height) {
    await dropLostHotBlocks(options)
    await readHistory(options, finalized)
  }
  options.historyRead()
  const left = remaining(requests, store.position.height + 1)
  if (left.length === 0) return
  await hot.processHotBlocks(left, store.position, update => follow(options, update))
}

async function readHistory(options: Following, finalized: number): Promise<void> {
  const { store, pipeline, history, requests, maxRewind, committed } = options
  const { last, position } = store
  // What was hot is the chain's, and below the final head: it is final.
  if (position.top.length > 0) await store.advance({ blocks: [], finalized: last.height, undoable: true })
  const left = remaining(requests, last.height + 1)
  const first = left[0]?.range.from ?? Number.POSITIVE_INFINITY
  if (first <= finalized) {
    const ranges = history.getFinalizedBlocks(left, true)
    await pipeline.run(finalBatches(ranges, finalized - maxRewind), committed)
  }
  // Blocks that nothing is asked of: the hot source begins above a block of the chain.
  const idle = Math.min(finalized, first - 1)
  if (store.last.height >= idle) return
  const hash = await history.getBlockHash(idle)
  if (!hash) throw new Error(`the endpoint does not have block ${idle}, which it counts as final`)
  await store.advance({ blocks: [{ height: idle, hash }], finalized: idle, undoable: true })
}

async function* finalBatches(
  ranges: AsyncIterable<{ blocks: RangeBlock[] }>,
  undoAbove: number,
): AsyncGenerator<Batch> {
  for await (const { blocks } of ranges) {
    const { height, hash, timestamp: time } = blocks.at(-1)!.header
    const last = { height, hash, time, logged: blocks.some(({ logs }) => logs.length > 0) }
    yield { blocks: [last], logs: blocks, finalized: height, undoable: height > undoAbove }
  }
}

async function follow(options: Following, update: HotUpdate<RangeBlock>): Promise<void> {
  const { store, pipeline, log, committed } = options
  const { baseHead, blocks, finalizedHead } = update
  if (options.mustSettle()) throw new Error('reads that were pending are answered')
  if (baseHead.hash !== store.last.hash) {
    const { position } = store
    if (![position, ...position.top].some(({ hash }) => hash === baseHead.hash))
      throw new Error(
        `block ${baseHead.height} (${baseHead.hash}), on which new blocks stand, is not indexed`,
      )
    log.info(
      `a reorganisation removes ${store.last.height - baseHead.height} blocks above ${baseHead.height}`,
    )
    await pipeline.undo(baseHead)
    await options.rewound(baseHead)
  }
  if (blocks.length > 0) await pipeline.run(hotBatches(blocks, finalizedHead.height), committed)
  else await store.advance({ blocks: [], finalized: finalizedHead.height, undoable: true })
}

/** Each block with logs by itself, so that each can be undone by itself, with the empty ones before it. */
function* hotBatches(blocks: RangeBlock[], finalized: number): Generator<Batch> {
  let group: RangeBlock[] = []
  for (const [i, block] of blocks.entries()) {
    group.push(block)
    if (block.logs.length === 0 && group.length < MOST_BLOCKS && i < blocks.length - 1) continue
    const refs = group.map(({ header: { height, hash, timestamp: time }, logs }) => {
      return { height, hash, time, logged: logs.length > 0 }
    })
    yield { blocks: refs, logs: group, finalized, undoable: true }
    group = []
  }
}

function remaining(requests: Requests, from: number): Requests {
  return requests
    .filter(({ range }) => (range.to ?? Number.POSITIVE_INFINITY) >= from)
    .map(({ range, request }) => ({ request, range: { ...range, from: Math.max(range.from, from) } }))
}
