import { Breather } from '../ledger/breather'
import type { DomainEvent } from '../ledger/events'
import { fold } from '../ledger/fold'
import { accountId } from '../ledger/ids'
import { LedgerState, type Row } from '../ledger/state'
import { DiscoveredContract, Token } from '../model'
import type { ProtocolLog } from '../protocols/protocol'
import type { Changes } from './bulkWrite'
import { type Discovered, decodeEach, type RefusedLogs, type Source } from './decode'
import { misfitOf } from './guard'
import { loadFrom, type Reader, rowsWhere } from './load'
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
}

/** What a batch comes to, for metrics. */
export interface BatchFigures {
  logs: number
  events: number
  rejected: number
  decodeMs: number
  foldMs: number
}

/** Logs -> domain events -> rows. Reads the database, and writes nothing. */
export async function foldBatch(
  logs: ProtocolLog[],
  context: BatchContext,
  reader: Reader,
): Promise<BatchFigures & { changes: Changes }> {
  const start = performance.now()
  const { chain, sources, refused } = context
  const discovered = await discoveredAmong(logs, context, reader)
  const events: DomainEvent[] = []
  const breather = new Breather()
  for (const decoded of decodeEach(chain, sources, logs, discovered, refused)) {
    for (const event of decoded) events.push(event) // spread, a list of 100,000 would overflow the stack
    if (breather.isDue) await breather.rest()
  }
  const decoded = performance.now()
  const state = await fold(events, loadFrom(reader), new LedgerState(reader.rows, misfitOf))
  const rejected = keepRejected(state, logs)
  describeFromConfig(state.created(Token), context.tokens)
  return {
    changes: state.changes(),
    logs: logs.length,
    events: events.length,
    rejected,
    decodeMs: decoded - start,
    foldMs: performance.now() - decoded,
  }
}

/** Which of the logs' contracts were announced in earlier blocks. Asked for each batch, so a rollback needs no care. */
async function discoveredAmong(
  logs: ProtocolLog[],
  { chain, sources }: BatchContext,
  reader: Reader,
): Promise<Discovered> {
  const { rows } = reader
  const deployed = new Set(sources.flatMap(({ deployment }) => Object.values(deployment.contracts)))
  const addresses = new Set(logs.map(log => log.address))
  const discovered: Discovered = new Map()
  const note = (row: Row) => {
    const { address, protocol, role } = row as DiscoveredContract
    discovered.set(address, { protocol, role })
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
