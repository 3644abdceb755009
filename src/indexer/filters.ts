import type { LogFilter } from '../rpc/chainLogs'
import { namedContracts, type Source } from './contracts'

/** Handlers of this role take logs of any contract. */
const ANYBODY = '*'

/** What is asked for at all times: logs of the contracts that configuration names, and those of any contract. */
export function standingFilters({ protocol, deployment }: Source): LogFilter[] {
  const { firstBlock: fromBlock } = deployment
  const named = namedContracts({ protocol, deployment })
  const filters: LogFilter[] = []
  for (const [role, handlers] of Object.entries(protocol.handlers)) {
    const topics = Object.keys(handlers)
    const addresses = named.filter(([of]) => of === role).map(([, address]) => address)
    if (role === ANYBODY) filters.push({ topics: topics.sort(), fromBlock })
    else if (addresses.length > 0) filters.push({ addresses, topics, fromBlock })
  }
  return filters
}

/** Topics by role of the contracts that are announced. */
export function announcedTopics({ protocol }: Source): Map<string, string[]> {
  const roles = new Set(protocol.discovers.map(({ role }) => role))
  return new Map([...roles].map(role => [role, Object.keys(protocol.handlers[role] ?? {})]))
}

/**
 * Filters that bring all that a source can want, whatever is announced: the topics of announced contracts are asked for
 * without an address, and bring those of all others too.
 */
export function filtersOf(source: Source): LogFilter[] {
  const topics = new Set([...announcedTopics(source).values()].flat())
  const standing = standingFilters(source)
  if (topics.size === 0) return standing
  const anybody = standing.find(({ addresses }) => !addresses)
  for (const topic of anybody?.topics ?? []) topics.add(topic)
  return [
    ...standing.filter(filter => filter !== anybody),
    { topics: [...topics].sort(), fromBlock: source.deployment.firstBlock },
  ]
}
