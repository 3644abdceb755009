import { events as aggregator, functions as aggregatorViews } from '../../abi/chainlink/aggregator'
import { events as proxy, functions as proxyViews } from '../../abi/chainlink/proxy'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { AdapterContext, Answer, Handler, Protocol, ProtocolLog, Read } from '../protocol'

/** Chainlink: price feeds. What is read and why: ./README.md */
export const chainlink: Protocol = {
  name: 'chainlink',
  revision: 1,
  deployments: {},
  roles: {},
  feeds: { proxy: 'proxy', aggregator: 'aggregator' },
  handlers: {
    proxy: { [proxy.AggregatorConfirmed.topic]: aggregatorConfirmed() },
    aggregator: { [aggregator.AnswerUpdated.topic]: answerUpdated() },
    confirmedAggregator: { [aggregator.AnswerUpdated.topic]: answerUpdated() },
  },
  discovers: [
    {
      by: 'proxy',
      topic: proxy.AggregatorConfirmed.topic,
      role: 'confirmedAggregator',
      address: log => decodeEvent(proxy.AggregatorConfirmed, log).latest.toLowerCase(),
    },
  ],
}

/** More than any token or feed has; a price of 10^-78 USD is none. */
const MOST_DECIMALS = 77
const PHASE_BITS = 64n
const AGGREGATOR = proxyViews.aggregator.encode({})
const PHASE = proxyViews.phaseId.encode({})
const DECIMALS = aggregatorViews.decimals.encode({})
const LATEST = proxyViews.latestRoundData.encode({})

/** Counts where the proxy points to who emits, at the end of the block: aggregators also report before and after. */
function answerUpdated(): Handler {
  return {
    event: aggregator.AnswerUpdated.signature,
    topics: 3,
    reads: (log, context) => {
      const proxyOf = feedOf(log.address, context)
      if (proxyOf === undefined) return []
      return [
        { to: proxyOf, call: AGGREGATOR },
        { to: proxyOf, call: PHASE },
        { to: log.address, call: DECIMALS, once: true },
      ]
    },
    handle: (log, origin, context, [current, phase, decimals]) => {
      const { current: value, roundId, updatedAt } = decodeEvent(aggregator.AnswerUpdated, log)
      const address = feedOf(log.address, context)
      if (address === undefined || isUnanswered(current, phase, decimals)) return []
      if (wordOf(current, 'aggregator()') !== BigInt(log.address)) return []
      const round = (wordOf(phase, 'phaseId()') << PHASE_BITS) + roundId
      return [reported(origin, address, { round, value, updatedAt, decimals: decimalsOf(decimals) })]
    },
  }
}

/** The new aggregator's latest answer was told before it counted. */
function aggregatorConfirmed(): Handler {
  const reads = ({ address }: ProtocolLog): Read[] => [
    { to: address, call: LATEST },
    { to: address, call: DECIMALS },
  ]
  return {
    event: proxy.AggregatorConfirmed.signature,
    reads,
    handle: (log, origin, _, [latest, decimals]) => {
      if (isUnanswered(latest, decimals)) return []
      // A new aggregator without a round reverts, or answers with nothing: no price yet.
      if (latest?.kind !== 'returned' || latest.data.length < 2 + 64 * 5) return []
      const { roundId, answer, updatedAt } = proxyViews.latestRoundData.decodeResult(latest.data)
      if (updatedAt === 0n) return []
      const decoded = { round: roundId, value: answer, updatedAt, decimals: decimalsOf(decimals) }
      return [reported(origin, log.address, decoded)]
    },
  }
}

function reported(
  origin: Origin,
  feed: string,
  told: { round: bigint; value: bigint; updatedAt: bigint; decimals: number },
): DomainEvent {
  const { updatedAt, ...price } = told
  return {
    kind: 'priceReported',
    origin,
    feed: accountId(origin.chain, feed),
    ...price,
    reportedAt: Number(updatedAt) * 1000,
  }
}

/** Proxy of an aggregator: config's, or the one that announced it. One that several proxies have counts for the first. */
function feedOf(address: string, { deployment, announcer }: AdapterContext): string | undefined {
  const named = Object.entries(deployment.feeds ?? {}).find(([, aggregators]) =>
    aggregators.includes(address),
  )
  return named?.[0] ?? announcer(address)
}

function isUnanswered(...answers: (Answer | undefined)[]): boolean {
  return answers.some(answer => answer?.kind === 'unanswered')
}

function decimalsOf(answer: Answer | undefined): number {
  const decimals = wordOf(answer, 'decimals()')
  if (decimals > MOST_DECIMALS) throw new Error(`decimals() is ${decimals}`)
  return Number(decimals)
}

function wordOf(answer: Answer | undefined, view: string): bigint {
  if (answer?.kind !== 'returned' || answer.data.length !== 66)
    throw new Error(`${view} has no answer: it is no price feed`)
  return BigInt(answer.data)
}
