import type { Logger } from '@subsquid/logger'
import { ConfigError } from '../../config/configError'
import type { Answer } from '../../protocols/protocol'
import { type CallAnswer, callsAtBlocks } from '../../rpc/callsAtBlocks'
import type { RpcPool } from '../../rpc/rpcPool'
import { keyOf, type Question } from './answers'
import type { KeptAnswers } from './keptAnswers'

interface Options {
  rpc: RpcPool
  log: Pick<Logger, 'warn'>
  /** for messages */
  chain: string
  /** absent: nothing is kept */
  kept?: KeptAnswers
  /**
   * Given where rows are compared with those that are there: the reads, by key, that were unanswered when those were
   * made, and are not asked again. Any other must be answered.
   */
  pending?: ReadonlySet<string>
}

/** What came of reads so far, for metrics. */
export type ReadFigures = Record<Answer['kind'] | 'kept', number>

/** Answers the reads of one chain: from what is kept, else from the endpoints. */
export class ChainReader {
  readonly figures: ReadFigures = { kept: 0, returned: 0, reverted: 0, unanswered: 0 }

  constructor(private readonly options: Options) {}

  /**
   * The answers, in order. Not to be called while a transaction waits for it.
   *
   * @throws ConfigError where a read must be answered, and no endpoint does
   */
  async answer(questions: Question[]): Promise<Answer[]> {
    const { kept, pending } = this.options
    const answers: (Answer | undefined)[] = kept ? await kept.find(questions) : []
    this.figures.kept += answers.filter(Boolean).length
    const open = [...questions.keys()].filter(i => !answers[i])
    const asked = open.filter(i => {
      if (!pending?.has(keyOf(questions[i]!))) return true
      answers[i] = { kind: 'unanswered' }
      return false
    })
    if (asked.length > 0) {
      const given = await this.ask(asked.map(i => questions[i]!))
      for (const [n, i] of asked.entries()) answers[i] = given[n]
      await kept?.keep(asked.map((i, n) => [questions[i]!, given[n]!]))
    }
    return answers as Answer[]
  }

  private async ask(questions: Question[]): Promise<Answer[]> {
    const { rpc, log, chain, pending } = this.options
    const calls = questions.map(({ to, call, block, blockHash }) => ({ to, data: call, block, blockHash }))
    const given = await callsAtBlocks(rpc, calls)
    for (const { kind } of given) this.figures[kind]++
    const silent = given.findIndex(({ kind }) => kind === 'unanswered')
    if (silent >= 0) {
      const { to, block } = questions[silent]!
      const { why } = given[silent] as CallAnswer & { kind: 'unanswered' }
      const others = given.filter(({ kind }) => kind === 'unanswered').length - 1
      const what = `no endpoint tells what ${to} answers at block ${block}${others > 0 ? `, nor ${others} others` : ''} (${why})`
      if (pending) throw new ConfigError(chain, what, 'name an archive endpoint in `rpc`')
      log.warn(`${what}: what depends on it is missing, and kept in pending_read`)
    }
    return given.map(answer => (answer.kind === 'unanswered' ? { kind: 'unanswered' } : answer))
  }
}
