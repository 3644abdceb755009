import type { Logger } from '@subsquid/logger'
import { firstLine } from '../../rpc/rpcFault'
import { placeOf } from '../decode'
import { logsOf } from '../protocolLogs'
import type { Problems } from '../sources/problems'
import { type Culprit, culpritAmong } from './culprit'
import type { BatchFailed, Pipeline } from './pipeline'

interface Options {
  pipeline: Pipeline
  problems: Problems
  log: Logger
  /** for messages */
  chain: string
}

/** Failures by one log after which it is refused. */
const MOST_FAILURES = 3

/**
 * Sees that no log stops the chain. What does not fit is rejected before it is written (guard.ts); where a batch fails all
 * the same, the log that makes it fail is named at once, and refused when it has failed three times.
 */
export class Blame {
  private culprit: string | undefined
  private failures = 0

  constructor(private readonly options: Options) {}

  async failed(failure: BatchFailed): Promise<void> {
    const { pipeline, problems, log, chain } = this.options
    problems.say(chain, firstLine(failure))
    let culprit: Culprit | undefined
    try {
      culprit = await culpritAmong(logsOf(failure.batch.logs), logs => pipeline.failureOf(logs))
    } catch (error) {
      return log.warn(`${chain}: it cannot be found out why just now: ${firstLine(error)}`)
    }
    if (!culprit) return
    const { block, logIndex, transaction, address } = culprit.log
    const what = `log ${logIndex} of block ${block} (${address}, transaction ${transaction})`
    problems.say(chain, `${what} cannot be written: ${culprit.reason}`)
    const place = placeOf(culprit.log)
    this.failures = place === this.culprit ? this.failures + 1 : 1
    this.culprit = place
    if (this.failures < MOST_FAILURES) return
    log.error(
      `${chain}: ${what} failed ${MOST_FAILURES} times, and is kept in rejected_log: ${culprit.reason}`,
    )
    pipeline.refuse(culprit)
  }

  /** A batch was written. */
  passed(): void {
    if (this.failures > 0) this.options.problems.over(this.options.chain)
    this.failures = 0
  }

  /** Whether what failed last is still to be written. */
  get isPending(): boolean {
    return this.failures > 0
  }
}
