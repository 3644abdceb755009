import type { DomainEvent, LogRejected, Origin } from '../ledger/events'
import type { AdapterContext, Answer, ProtocolLog, Read } from '../protocols/protocol'
import { TransactionLogs } from '../protocols/transactionLogs'
import { announcedBy, type Discovered, ownDiscovery, roleOf, type Source } from './contracts'
import { Answers } from './reads/answers'

/** Logs that must not be read, by `placeOf`, with the reason. */
export type RefusedLogs = ReadonlyMap<string, string>

const NONE: RefusedLogs = new Map()
const NO_TRANSACTION = new TransactionLogs([])

/** A log's place in one fork of the chain. */
export function placeOf({ blockHash, logIndex }: ProtocolLog): string {
  return `${blockHash}-${logIndex}`
}

/**
 * Turns a chain's logs into domain events, in chain order. A log belongs to a handler by its address (deployed or
 * discovered) first, never by its topic alone, since protocols share event signatures; only handlers of role `*`
 * take logs of any address.
 *
 * A contract counts from the first log of the transaction that announces it (Story's vaults mint before they are
 * announced), and not before: what it logged in earlier transactions is passed over. So the events do not depend on
 * which logs come in one call.
 *
 * @param logs whole transactions, in chain order
 * @param known contracts announced before the first of them
 */
export function decode(
  chain: string,
  sources: Source[],
  logs: ProtocolLog[],
  known: Discovered,
): DomainEvent[] {
  return [...decodeEach(chain, sources, logs, known)].flat()
}

/**
 * The same, one log's events after another's.
 *
 * @param answers to the reads that handlers ask for. Where one is not known, the log makes nothing, and the whole is to be
 *   done again once what is missing is
 */
export function* decodeEach(
  chain: string,
  sources: Source[],
  logs: ProtocolLog[],
  known: Discovered,
  refused: RefusedLogs = NONE,
  answers: Answers = new Answers(),
): Generator<DomainEvent[]> {
  const discovered: Discovered = new Map(known)
  const readings = sources.map(source => ({
    source,
    discovered,
    context: contextOf(chain, source, discovered),
    answers,
    lastInBlock: lastInBlock(source, logs, refused),
  }))
  for (const transaction of transactionsOf(logs)) {
    const announcements = new Map<ProtocolLog, DomainEvent[]>()
    const lookedUp = new TransactionLogs(transaction)
    for (const { context } of readings) context.transaction = lookedUp
    for (const log of transaction) {
      if (refused.size > 0 && refused.has(placeOf(log))) continue
      for (const source of sources) {
        for (const { protocol, address, role } of announcedBy(chain, source, log, discovered)) {
          const origin = originOf(chain, protocol, log)
          const found: DomainEvent = { kind: 'contractDiscovered', origin, address, role }
          announcements.set(log, [...(announcements.get(log) ?? []), found])
        }
      }
    }
    for (const log of transaction) {
      const reason = refused.size > 0 ? refused.get(placeOf(log)) : undefined
      if (reason !== undefined) {
        yield [rejected(originOf(chain, protocolOf(sources, log, discovered), log), log, reason)]
        continue
      }
      const announced = announcements.get(log)
      if (announced) yield announced
      for (const reading of readings) {
        if (log.block >= reading.source.deployment.firstBlock) yield decodeLog(reading, log)
      }
    }
  }
}

function* transactionsOf(logs: ProtocolLog[]): Generator<ProtocolLog[]> {
  let start = 0
  for (let i = 1; i <= logs.length; i++) {
    if (logs[i]?.transaction === logs[start]!.transaction) continue
    yield logs.slice(start, i)
    start = i
  }
}

function contextOf(chain: string, { protocol, deployment }: Source, discovered: Discovered): AdapterContext {
  return {
    chain,
    deployment,
    transaction: NO_TRANSACTION,
    discovered: address => ownDiscovery(protocol, address, discovered)?.role,
    announcer: address => ownDiscovery(protocol, address, discovered)?.by,
  }
}

/** A source that is being read. */
interface Reading {
  source: Source
  discovered: Discovered
  context: AdapterContext
  answers: Answers
  /** the last of each contract's logs in a block, where something is asked of it then */
  lastInBlock: ReadonlySet<ProtocolLog>
}

const NO_LOGS: ReadonlySet<ProtocolLog> = new Set()

function lastInBlock(
  { protocol }: Source,
  logs: ProtocolLog[],
  refused: RefusedLogs,
): ReadonlySet<ProtocolLog> {
  const roles = Object.keys(protocol.atBlockEnd ?? {})
  if (roles.length === 0) return NO_LOGS
  const topics = new Set(roles.flatMap(role => Object.keys(protocol.handlers[role] ?? {})))
  const last = new Set<ProtocolLog>()
  const seen = new Set<string>()
  let block = ''
  for (let i = logs.length - 1; i >= 0; i--) {
    const log = logs[i]!
    if (log.blockHash !== block) seen.clear()
    block = log.blockHash
    if (seen.has(log.address) || !topics.has(log.topics[0] ?? '') || refused.has(placeOf(log))) continue
    seen.add(log.address)
    last.add(log)
  }
  return last
}

function decodeLog(reading: Reading, log: ProtocolLog): DomainEvent[] {
  const { source, discovered, context, lastInBlock } = reading
  const { protocol } = source
  const topic = log.topics[0]
  if (topic === undefined) return []
  const role = roleOf(source, log.address, discovered)
  const own = role === undefined ? undefined : protocol.handlers[role]?.[topic]
  const handler = own ?? protocol.handlers['*']?.[topic]
  if (handler === undefined) return []
  const origin = originOf(context.chain, protocol.name, log)
  if (handler.topics !== undefined && handler.topics !== log.topics.length) {
    return own
      ? [
          rejected(
            origin,
            log,
            `${handler.event} has ${handler.topics} topics, this log ${log.topics.length}`,
          ),
        ]
      : []
  }
  const end = role !== undefined && lastInBlock.has(log) ? protocol.atBlockEnd?.[role] : undefined
  try {
    const events = withAnswers(reading, log, origin, handler.reads?.(log, context), answers =>
      handler.handle(log, origin, context, answers),
    )
    if (!end) return events
    const { address } = log
    const more = withAnswers(reading, log, origin, end.reads(address, context), answers =>
      end.handle(address, origin, context, answers),
    )
    return [...events, ...more]
  } catch (error) {
    return [
      rejected(origin, log, `${handler.event}: ${error instanceof Error ? firstLine(error.message) : error}`),
    ]
  }
}

/** Nothing while an answer is not known; what no endpoint answers is marked beside what is made without it. */
function withAnswers(
  { answers }: Reading,
  log: ProtocolLog,
  origin: Origin,
  reads: Read[] = [],
  make: (answers: Answer[]) => DomainEvent[],
): DomainEvent[] {
  if (reads.length === 0) return make([])
  const known = answers.to(reads, log)
  if (!known) return []
  const { blockHash } = log
  const pending = reads
    .filter((_, i) => known[i]!.kind === 'unanswered')
    .map(
      ({ to, call, once = false }): DomainEvent => ({
        kind: 'readUnanswered',
        origin,
        blockHash,
        to,
        call,
        once,
      }),
    )
  return [...make(known), ...pending]
}

/** Whose contract emitted it, else the first that reads such logs of any contract. */
function protocolOf(sources: Source[], log: ProtocolLog, discovered: Discovered): string {
  const source =
    sources.find(each => roleOf(each, log.address, discovered) !== undefined) ??
    sources.find(({ protocol }) => protocol.handlers['*']?.[log.topics[0] ?? '']) ??
    sources[0]!
  return source.protocol.name
}

function originOf(chain: string, protocol: string, log: ProtocolLog): Origin {
  return {
    chain,
    protocol,
    block: log.block,
    time: log.time,
    transaction: log.transaction,
    logIndex: log.logIndex,
    contract: log.address,
  }
}

function rejected(origin: Origin, log: ProtocolLog, reason: string): LogRejected {
  return { kind: 'logRejected', origin, topics: log.topics, data: log.data, reason }
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0]!.slice(0, 300)
}
