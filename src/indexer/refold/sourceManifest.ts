import { LEDGER_REVISION } from '../../ledger/revision'
import type { LogFilter } from '../../rpc/chainLogs'
import type { Source } from '../contracts'
import { filtersOf } from '../filters'

/** What a chain's tables are made from: configuration and code, as far as rows depend on them. Kept as JSON. */
export interface SourceManifest {
  ledger: number
  protocols: Record<string, ProtocolManifest>
  /** what is asked of the chain */
  filters: LogFilter[]
}

interface ProtocolManifest {
  revision: number
  firstBlock: number
  /** role -> address */
  contracts: Record<string, string>
  /** role -> topics that it has handlers for, sorted */
  topics: Record<string, string[]>
  /** announcing role, topic, announced role */
  discovers: string[]
  /** what stands for which model; absent: nothing */
  models?: Record<string, string>
  settings?: Record<string, number>
  /** proxy -> aggregators */
  feeds?: Record<string, string[]>
  /** uid -> layout */
  schemas?: Record<string, string>
}

export function manifestOf(sources: Source[]): SourceManifest {
  const protocols = sources.map(({ protocol, deployment }): [string, ProtocolManifest] => [
    protocol.name,
    {
      revision: protocol.revision,
      firstBlock: deployment.firstBlock,
      contracts: deployment.contracts,
      topics: Object.fromEntries(
        Object.entries(protocol.handlers).map(([role, handlers]) => [role, Object.keys(handlers).sort()]),
      ),
      discovers: protocol.discovers.map(({ by, topic, role }) => `${by} ${topic} ${role}`).sort(),
      models: deployment.models,
      ...(deployment.settings && { settings: deployment.settings }),
      ...(deployment.feeds && { feeds: deployment.feeds }),
      ...(deployment.schemas && { schemas: deployment.schemas }),
    },
  ])
  return {
    ledger: LEDGER_REVISION,
    protocols: Object.fromEntries(protocols),
    filters: sources.flatMap(filtersOf),
  }
}

/** How what the tables are to be made from differs from what they were made from, for people. */
export interface SourceChange {
  /** more of the chain is read */
  added: string[]
  /** the same logs make other rows, by other code */
  revised: string[]
  /** the configuration no longer names it */
  removed: string[]
}

export function changeOf(former: SourceManifest, wanted: SourceManifest): SourceChange {
  const change: SourceChange = { added: [], revised: [], removed: [] }
  if (former.ledger !== wanted.ledger) change.revised.push('the ledger')
  for (const name of namesIn(former.protocols, wanted.protocols)) {
    const [before, after] = [former.protocols[name], wanted.protocols[name]]
    if (!before) change.added.push(`protocol ${name}`)
    else if (!after) change.removed.push(`protocol ${name}`)
    else compareProtocol(name, before, after, change)
  }
  return change
}

function compareProtocol(
  name: string,
  before: ProtocolManifest,
  after: ProtocolManifest,
  { added, revised, removed }: SourceChange,
): void {
  if (before.revision !== after.revision) revised.push(`the reading of ${name}`)
  if (after.firstBlock < before.firstBlock) {
    added.push(`${name} from block ${after.firstBlock} instead of ${before.firstBlock}`)
  } else if (after.firstBlock > before.firstBlock) {
    removed.push(`${name} from block ${before.firstBlock} to ${after.firstBlock - 1}`)
  }
  for (const setting of namesIn(before.settings ?? {}, after.settings ?? {}))
    if (before.settings?.[setting] !== after.settings?.[setting]) revised.push(`${name}.${setting}`)
  for (const role of namesIn(before.contracts, after.contracts)) {
    const [from, to] = [before.contracts[role], after.contracts[role]]
    if (from === to) continue
    if (from !== undefined) removed.push(`${name}.${role} at ${from}`)
    if (to !== undefined) added.push(`${name}.${role} at ${to}`)
  }
  const [models, newModels] = [before.models ?? {}, after.models ?? {}]
  for (const key of namesIn(models, newModels)) {
    if (models[key] === newModels[key]) continue
    if (models[key] === undefined) added.push(`${name} ${key} of ${newModels[key]}`)
    else if (newModels[key] === undefined) removed.push(`${name} ${key} of ${models[key]}`)
    else revised.push(`${name} ${key}, now of ${newModels[key]}`)
  }
  const [feeds, newFeeds] = [before.feeds ?? {}, after.feeds ?? {}]
  for (const proxy of namesIn(feeds, newFeeds)) {
    if (!newFeeds[proxy]) removed.push(`${name} feed ${proxy}`)
    else if (!feeds[proxy]) added.push(`${name} feed ${proxy}`)
    for (const each of lacking(newFeeds[proxy], feeds[proxy])) added.push(`${name} ${proxy} by ${each}`)
    for (const each of lacking(feeds[proxy], newFeeds[proxy])) removed.push(`${name} ${proxy} by ${each}`)
  }
  const [schemas, newSchemas] = [before.schemas ?? {}, after.schemas ?? {}]
  for (const uid of namesIn(schemas, newSchemas)) {
    if (schemas[uid] === newSchemas[uid]) continue
    if (schemas[uid] === undefined) added.push(`${name} schema ${uid}`)
    else if (newSchemas[uid] === undefined) removed.push(`${name} schema ${uid}`)
    else revised.push(`${name} schema ${uid}, now ${newSchemas[uid]}`)
  }
  for (const role of namesIn(before.topics, after.topics)) {
    for (const topic of lacking(after.topics[role], before.topics[role]))
      added.push(`${name}.${role} ${topic}`)
    for (const topic of lacking(before.topics[role], after.topics[role]))
      revised.push(`${name}.${role} ${topic}`)
  }
  for (const found of lacking(after.discovers, before.discovers)) added.push(`${name}: ${found}`)
  for (const found of lacking(before.discovers, after.discovers)) revised.push(`${name}: ${found}`)
}

function namesIn(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

/** What of `a` is not in `b`. */
function lacking(a: string[] = [], b: string[] = []): string[] {
  return a.filter(each => !b.includes(each))
}
