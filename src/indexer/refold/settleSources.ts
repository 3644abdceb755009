import { ConfigError } from '../../config/configError'
import { missingFilters } from '../../rpc/keptFilters'
import type { PendingReads } from '../reads/pendingReads'
import type { HeldChain } from './heldChain'
import { readIndexedSources, writeIndexedSources } from './indexedSources'
import { mendChain } from './mend'
import type { RefoldOptions } from './refold'
import { changeOf, manifestOf, type SourceChange, type SourceManifest } from './sourceManifest'

/**
 * Sees that a chain's tables are made from what configuration and code say now, before its processor goes on. What was
 * added (a protocol, a contract, a topic, an earlier first block) is brought in, and what is read by other code is read
 * again: only logs that were not asked for before are asked for, where the former answers are kept. The same where a read
 * that was pending is answered now.
 *
 * @throws ConfigError where the configuration no longer names what there are rows of
 */
export async function settleSources(
  options: RefoldOptions & { reads?: Pick<PendingReads, 'ask' | 'settled'> },
  held: HeldChain,
): Promise<void> {
  const { pool, chain, log, reads } = options
  const wanted = manifestOf(options.sources)
  const { final } = held
  const settled = { sources: wanted, settled: true }
  if (!final) return writeIndexedSources(pool, chain.caip2, settled)
  const former = await readIndexedSources(pool, chain.caip2)
  const change = former && changeOf(former.sources, wanted)
  if (former && change) {
    if (change.removed.length > 0) throw removed(chain.name, change)
    const isSame = change.added.length + change.revised.length === 0
    if (former.settled && isSame && !(await reads?.ask())) return
    if (former.settled && change.revised.length === 0 && liesAhead(former.sources, wanted, final.height)) {
      await held.undoHot()
      return held.write(client => writeIndexedSources(client, chain.caip2, settled))
    }
  }
  const why = `${reasonOf(change)}: the chain's logs are folded again up to block ${final.height}`
  log.info(why)
  options.progressed?.(why)
  const { rows, differing } = await mendChain(options, held, final)
  reads?.settled()
  log.info(`${differing} of ${rows} rows were brought up to date`)
}

/** Nothing is asked for of blocks that were read. */
function liesAhead(former: SourceManifest, wanted: SourceManifest, height: number): boolean {
  return missingFilters(wanted.filters, former.filters, { from: 0, to: height }).length === 0
}

function reasonOf(change: SourceChange | undefined): string {
  if (!change) return 'it is not known what the tables were made from'
  const { added, revised } = change
  const parts = [
    added.length > 0 ? `new: ${shown(added)}` : '',
    revised.length > 0 ? `changed: ${shown(revised)}` : '',
  ].filter(Boolean)
  return (
    parts.join('; ') || 'reads were answered since, or a change of what the tables are made from was cut off'
  )
}

function removed(name: string, change: SourceChange): ConfigError {
  return new ConfigError(
    name,
    `there are rows of what the configuration no longer names: ${shown(change.removed)}`,
    `put it back; or remove its rows, and bring in what is new: provenance verify --chain ${name} --repair`,
  )
}

const SHOWN = 5

function shown(items: string[]): string {
  const more = items.length > SHOWN ? `, and ${items.length - SHOWN} more` : ''
  return items.slice(0, SHOWN).join(', ') + more
}
