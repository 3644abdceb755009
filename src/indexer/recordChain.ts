import type { Logger } from '@subsquid/logger'
import type { ChainConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import type { Answer } from '../protocols/protocol'
import { RangeSizer } from '../rpc/rangeSizer'
import { RpcPool } from '../rpc/rpcPool'
import { sourcesOf } from './chainSources'
import type { Discovered, Source } from './contracts'
import { decodeEach } from './decode'
import { Following } from './following/following'
import { Rules } from './following/rules'
import { WholeRanges } from './following/wholeRanges'
import { logsOf } from './protocolLogs'
import { Answers, type Question } from './reads/answers'
import { ChainReader } from './reads/chainReader'
import { ColdSource } from './sources/coldSource'
import { Heads } from './sources/heads'
import { Problems } from './sources/problems'

interface Options {
  chain: ChainConfig
  log: Logger
  /** default: the first block that the configuration reads */
  from?: number
  /** default: the last final one */
  to?: number
}

/**
 * What an index of the configured contracts is given of a range of final blocks, as lines of a recording that
 * `provenance replay` serves: logs, and the answers to what adapters ask contracts besides. A contract that was announced
 * before the first block is not known.
 *
 * @throws ConfigError where the range is none
 */
export async function* recordChain({ chain, log, from, to }: Options): AsyncGenerator<string> {
  const sources = sourcesOf(chain)
  const rules = Rules.of(chain.caip2, sources)
  const rpc = new RpcPool(chain.endpoints, chain.id, log)
  try {
    const problems = new Problems(log, () => rpc.problem())
    const { finality, pollIntervalMs } = chain
    const heads = new Heads({ pool: rpc, problems, log, finality, pollIntervalMs })
    const sizer = new RangeSizer()
    const ranges = new WholeRanges(rpc, sizer)
    const follow = async () => new Following(rules)
    const cold = new ColdSource({ heads, problems, sizer, ranges, follow, pollIntervalMs })
    const range = {
      from: from ?? Math.min(...sources.map(({ deployment }) => deployment.firstBlock)),
      to: to ?? (await cold.getFinalizedHeight()),
    }
    if (range.from > range.to) {
      throw new ConfigError(
        chain.name,
        `there is no block from ${range.from} to ${range.to}`,
        'name a range up to the last final block',
      )
    }
    const reader = new ChainReader({ rpc, log, chain: chain.name })
    const discovered: Discovered = new Map()
    for await (const { blocks } of cold.getFinalizedBlocks([{ range }], true)) {
      for (const { header, logs } of blocks) {
        for (const { logIndex, transactionHash, address, topics, data } of logs) {
          yield JSON.stringify({
            chainId: chain.id,
            blockNumber: header.height,
            blockHash: header.hash,
            blockTime: header.timestamp / 1000,
            transactionHash,
            logIndex,
            address,
            topics,
            data,
          })
        }
      }
      for (const [question, answer] of await answersFor(chain, sources, logsOf(blocks), discovered, reader))
        if (answer.kind !== 'unanswered') yield lineOf(chain, question, answer)
    }
  } finally {
    rpc.close()
  }
}

/** Notes what is discovered, too. */
async function answersFor(
  { caip2 }: ChainConfig,
  sources: Source[],
  logs: ReturnType<typeof logsOf>,
  discovered: Discovered,
  reader: ChainReader,
): Promise<[Question, Answer][]> {
  const answers = new Answers()
  for (const event of [...decodeEach(caip2, sources, logs, discovered, undefined, answers)].flat()) {
    const { kind, origin } = event
    if (kind === 'contractDiscovered')
      discovered.set(event.address, { protocol: origin.protocol, role: event.role, by: origin.contract })
  }
  const questions = answers.takeMissing()
  if (questions.length === 0) return []
  const given = await reader.answer(questions)
  return questions.map((question, i) => [question, given[i]!])
}

function lineOf({ id }: ChainConfig, { block, blockHash, to, call }: Question, answer: Answer): string {
  const said = answer.kind === 'returned' ? { result: answer.data } : { reverted: true }
  return JSON.stringify({ chainId: id, blockNumber: block, blockHash, call: { to, data: call }, ...said })
}
