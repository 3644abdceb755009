import type { Store } from '@subsquid/typeorm-store'
import { fold } from '../ledger/fold'
import { accountId } from '../ledger/ids'
import { originColumns } from '../ledger/parties'
import { LedgerState, type Row } from '../ledger/state'
import { DiscoveredContract, RejectedLog, Token } from '../model'
import type { ProtocolLog } from '../protocols/protocol'
import { type Discovered, decode, type Source } from './decode'
import type { ChainRows } from './knownRows'
import { loadFrom, rowsWhere } from './load'
import { connectionOf, dataSourceOf, isFinal } from './storeConnection'
import { describeTokens, type KnownTokens, type TokenCall } from './tokens'
import { write } from './write'

/** What a batch is folded with. */
export interface BatchContext {
  /** CAIP-2 */
  chain: string
  sources: Source[]
  tokens: KnownTokens
  call: TokenCall
  /** used for final batches; absent: everything is read */
  rows?: ChainRows
}

/** What a batch came to, for metrics. */
export interface BatchOutcome {
  logs: number
  events: number
  rejected: number
  decodeMs: number
  foldMs: number
  writeMs: number
}

/**
 * Logs -> domain events -> rows, in one transaction of the store. May be called again for the same batch
 * (the store repeats a batch after a serialization failure): it has no effect outside the store.
 */
export async function processBatch(
  store: Store,
  logs: ProtocolLog[],
  context: BatchContext,
): Promise<BatchOutcome> {
  const start = performance.now()
  const client = await connectionOf(store)
  const source = dataSourceOf(store)
  const rows = isFinal(store) ? context.rows : undefined
  const discovered = await discoveredAmong(logs, context, rows, ids =>
    rowsWhere(client, source, DiscoveredContract, 'id', ids),
  )
  const events = decode(context.chain, context.sources, logs, discovered)
  const decoded = performance.now()
  const load = loadFrom(client, source, (entity, id, row) => rows?.learn(entity, id, row))
  const state = await fold(events, load, new LedgerState(rows))
  const rejected = keepRejected(state, logs)
  await describeTokens(state.created(Token), context.tokens, context.call)
  const folded = performance.now()
  const changes = state.changes()
  await write(store, changes)
  rows?.stage(changes)
  return {
    logs: logs.length,
    events: events.length,
    rejected,
    decodeMs: decoded - start,
    foldMs: folded - decoded,
    writeMs: performance.now() - folded,
  }
}

/** Which of the logs' contracts were announced in earlier blocks. Asked for each batch, so a rollback needs no care. */
async function discoveredAmong(
  logs: ProtocolLog[],
  { chain, sources }: BatchContext,
  rows: ChainRows | undefined,
  read: (ids: string[]) => Promise<Row[]>,
): Promise<Discovered> {
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
  for (const row of await read([...unknown])) {
    note(row)
    rows?.learn(DiscoveredContract, row.id, row)
    unknown.delete(row.id)
  }
  for (const id of unknown) rows?.learn(DiscoveredContract, id, null)
  return discovered
}

/** Rule 7: a log that could not be read, or did not fit, is kept whole with the reason. Returns how many. */
function keepRejected(state: LedgerState, logs: ProtocolLog[]): number {
  const rejections = state.rejections()
  if (rejections.length === 0) return 0
  const byPlace = new Map(logs.map(log => [`${log.block}-${log.logIndex}`, log]))
  for (const { origin, reason } of rejections) {
    const log = byPlace.get(`${origin.block}-${origin.logIndex}`)
    state.add(
      RejectedLog,
      new RejectedLog({
        ...originColumns(origin),
        id: state.factId(RejectedLog, origin),
        topics: log?.topics ?? [],
        data: log?.data ?? '0x',
        reason,
      }),
    )
  }
  return rejections.length
}
