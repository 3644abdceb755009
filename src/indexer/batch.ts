import { Breather } from '../ledger/breather'
import type { DomainEvent } from '../ledger/events'
import { fold } from '../ledger/fold'
import { accountId } from '../ledger/ids'
import { LedgerState, type Row } from '../ledger/state'
import { DiscoveredContract, Token } from '../model'
import type { ProtocolLog } from '../protocols/protocol'
import type { Changes } from './bulkWrite'
import { type Discovered, namedContracts, type Source } from './contracts'
import { decodeEach, type RefusedLogs } from './decode'
import { misfitOf } from './guard'
import { loadFrom, type Reader, rowsWhere } from './load'
import { Answers } from './reads/answers'
import type { ChainReader } from './reads/chainReader'
import { keepRejected } from './rejectedLogs'
import { describeFromConfig, type KnownTokens } from './tokens/configured'

/** What a batch is folded with. */
export interface BatchContext {
  /** CAIP-2 */
  chain: string
  sources: Source[]
  tokens: KnownTokens
  /** logs that failed to be written, which are rejected unread */
  refused?: RefusedLogs
  /** answers what handlers ask of the chain; absent: none of them asks */
  reader?: Pick<ChainReader, 'answer'>
}

/** A batch that was decoded. */
export interface Decoded {
  logs: ProtocolLog[]
  events: DomainEvent[]
  decodeMs: number
}

/** What a batch comes to, for metrics. */
export interface BatchFigures {
  logs: number
  events: number
  rejected: number
  decodeMs: number
  foldMs: number
}

/**
 * Logs -> domain events. Runs again with the answers where handlers ask the chain for some, which may take as long as its
 * endpoints do: not to be called in a transaction.
 */
export async function decodeBatch(
  logs: ProtocolLog[],
  context: BatchContext,
  rows: Reader,
): Promise<Decoded> {
  const start = performance.now()
  const { chain, sources, refused, reader } = context
  const discovered = await discoveredAmong(logs, context, rows)
  const answers = new Answers()
  const breather = new Breather()
  for (;;) {
    const events: DomainEvent[] = []
    for (const decoded of decodeEach(chain, sources, logs, discovered, refused, answers)) {
      for (const event of decoded) events.push(event) // spread, a list of 100,000 would overflow the stack
      if (breather.isDue) await breather.rest()
    }
    const missing = answers.takeMissing()
    if (missing.length === 0) return { logs, events, decodeMs: performance.now() - start }
    if (!reader) throw new Error('a protocol asks the chain, and nobody is there to answer')
    for (const [i, answer] of (await reader.answer(missing)).entries()) answers.learn(missing[i]!, answer)
  }
}

/** Domain events -> rows. Reads the database, and writes nothing. */
export async function foldBatch(
  { logs, events, decodeMs }: Decoded,
  { tokens }: BatchContext,
  reader: Reader,
): Promise<BatchFigures & { changes: Changes }> {
  const start = performance.now()
  const state = await fold(events, loadFrom(reader), new LedgerState(reader.rows, misfitOf))
  const rejected = keepRejected(state, logs)
  describeFromConfig(state.created(Token), tokens)
  return {
    changes: state.changes(),
    logs: logs.length,
    events: events.length,
    rejected,
    decodeMs,
    foldMs: performance.now() - start,
  }
}

/** Which of the logs' contracts were announced in earlier blocks. Asked for each batch, so a rollback needs no care. */
async function discoveredAmong(
  logs: ProtocolLog[],
  { chain, sources }: BatchContext,
  reader: Reader,
): Promise<Discovered> {
  const { rows } = reader
  const deployed = new Set(sources.flatMap(source => namedContracts(source).map(([, address]) => address)))
  const addresses = new Set(logs.map(log => log.address))
  const discovered: Discovered = new Map()
  const note = (row: Row) => {
    const { address, protocol, role, contract } = row as DiscoveredContract
    discovered.set(address, { protocol, role, by: contract })
  }
  const unknown = new Set<string>()
  for (const address of addresses) {
    if (deployed.has(address)) continue
    const id = accountId(chain, address)
    const row = rows?.row(DiscoveredContract, id)
    if (row) note(row)
    else if (row === undefined) unknown.add(id)
  }
  if (unknown.size === 0) return discovered
  for (const row of await rowsWhere(reader, DiscoveredContract, 'id', [...unknown])) {
    note(row)
    rows?.learn(DiscoveredContract, row.id, row)
    unknown.delete(row.id)
  }
  for (const id of unknown) rows?.learn(DiscoveredContract, id, null)
  return discovered
}
