import { type LogFilter, quantity, type Wanted } from './chainLogs'
import type { BlockSpan } from './rpcFault'
import type { Session } from './rpcPool'

/** Of an address in a question, and of a log in an answer, as JSON (`npm run bench -- busy` shows both). */
const ADDRESS_BYTES = 45
const LOG_BYTES = 600
/** Questions no longer than this are not worth a thought: some 1,000 addresses. */
const SHORT_BYTES = 45_000
/** Questions after which it is looked again how much the chain logs. */
const LOOK_AGAIN_AFTER = 500

/**
 * Asks by address or by topic, whichever is fewer bytes. By address a question is as long as contracts are many,
 * whatever the range; by topic the answer holds the logs of all contracts, the more the longer the range. How many those
 * are is looked up in one block now and then. So by address, unless very many contracts are followed, or the chain is
 * quiet: of 2,000 such logs a block, with up to 27,000 contracts in one block, and 2.7 million in a range of 100. Whoever
 * has many contracts announced, or logs much, makes it cost the lesser of the two.
 */
export class AskedBy {
  /** logs in a block that topics alone bring; an endpoint that does not tell is asked by address */
  private logsInBlock = 0
  private questions = 0

  /**
   * The filters to ask with.
   *
   * @param times that the same is asked, each of another part of the range
   */
  async choose(
    session: Session,
    { filters, byTopic }: Wanted,
    { from, to }: BlockSpan,
    times = 1,
  ): Promise<LogFilter[]> {
    if (!byTopic) return filters
    const addresses = filters.reduce((sum, filter) => sum + (filter.addresses?.length ?? 0), 0)
    if (addresses * ADDRESS_BYTES <= SHORT_BYTES) return filters
    if (this.questions++ % LOOK_AGAIN_AFTER === 0) this.logsInBlock = await countIn(session, byTopic, to)
    const answer = this.logsInBlock * (to - from + 1) * LOG_BYTES
    return addresses * ADDRESS_BYTES * times <= answer ? filters : byTopic
  }
}

async function countIn(session: Session, byTopic: LogFilter[], block: number): Promise<number> {
  const topics = [...new Set(byTopic.filter(({ addresses }) => !addresses).flatMap(one => one.topics))]
  const height = quantity(block)
  const params = [{ fromBlock: height, toBlock: height, topics: [topics] }]
  const [answer] = await session.settle([{ method: 'eth_getLogs', params }]).catch(() => [undefined])
  return Array.isArray(answer) ? answer.length : Number.POSITIVE_INFINITY
}
