import type { Store } from '@subsquid/typeorm-store'
import { fold } from '../ledger/fold'
import { accountId } from '../ledger/ids'
import { originColumns } from '../ledger/parties'
import type { LedgerState } from '../ledger/state'
import { DiscoveredContract, RejectedLog, Token } from '../model'
import type { ProtocolLog } from '../protocols/protocol'
import { type Discovered, decode, type Source } from './decode'
import { loadFrom, rowsWhere } from './load'
import { connectionOf, dataSourceOf } from './storeConnection'
import { describeTokens, type KnownTokens, type TokenCall } from './tokens'
import { write } from './write'

/** What a batch is folded with. */
export interface BatchContext {
  /** CAIP-2 */
  chain: string
  sources: Source[]
  tokens: KnownTokens
  call: TokenCall
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
  const events = decode(context.chain, context.sources, logs, await discoveredAmong(store, logs, context))
  const decoded = performance.now()
  const state = await fold(events, loadFrom(await connectionOf(store), dataSourceOf(store)))
  const rejected = keepRejected(state, logs)
  await describeTokens(state.created(Token), context.tokens, context.call)
  const folded = performance.now()
  await write(store, state.changes())
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
  store: Store,
  logs: ProtocolLog[],
  context: BatchContext,
): Promise<Discovered> {
  const deployed = new Set(context.sources.flatMap(source => Object.values(source.deployment.contracts)))
  const others = [...new Set(logs.map(log => log.address))].filter(address => !deployed.has(address))
  const known: Discovered = new Map()
  if (others.length === 0) return known
  const ids = others.map(address => accountId(context.chain, address))
  const client = await connectionOf(store)
  for (const row of await rowsWhere(client, dataSourceOf(store), DiscoveredContract, 'id', ids)) {
    const { address, protocol, role } = row as DiscoveredContract
    known.set(address, { protocol, role })
  }
  return known
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
