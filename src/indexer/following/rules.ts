import type { ProtocolLog } from '../../protocols/protocol'
import { type LogFilter, type Wanted, wantedBy } from '../../rpc/chainLogs'
import type { KeptFilters } from '../../rpc/keptFilters'
import { announcedBy, type Discovered, type Discovery, namedContracts, type Source } from '../contracts'
import { announcedTopics, filtersOf, standingFilters } from '../filters'

/**
 * Contracts of one role that are followed by address: some 30 MB of memory. From the block of the next one on, the
 * role's logs are asked for by topic, of any contract, and the tables alone tell whose they are.
 */
const MOST_OF_ROLE = 100_000

/** A contract that is followed from the block of its announcement on. */
export interface Found extends Discovery {
  /** absent: all contracts of the role, and of those that they announce, whichever they are */
  address?: string
  block: number
}

/** Topics that are read of a role's contracts. */
export interface RoleTopics {
  list: string[]
  set: ReadonlySet<string>
}

interface Options {
  /** what is wanted at all times */
  filters: LogFilter[]
  /** CAIP-2 */
  chain?: string
  /** by which more is found */
  sources?: Source[]
  mostOfRole?: number
}

/** What is asked of a chain whatever happens there, and which logs announce contracts whose logs are wanted as well. */
export class Rules {
  readonly standing: Wanted
  /** Asks for all that can be wanted, whatever is announced. */
  readonly byTopic: Wanted
  readonly mostOfRole: number
  /** what is asked for, as answers are kept by it */
  readonly kept: KeptFilters
  /** the rules by which each protocol finds contracts */
  private readonly names: Map<string, string>
  private readonly chain: string
  private readonly finders: Source[]
  private readonly topics: Map<string, RoleTopics>
  private readonly announcing: Set<string>

  constructor({ filters, chain = '', sources = [], mostOfRole = MOST_OF_ROLE }: Options) {
    this.chain = chain
    this.mostOfRole = mostOfRole
    this.finders = sources.filter(({ protocol }) => protocol.discovers.length > 0)
    this.standing = wantedBy(filters)
    this.byTopic = wantedBy([...filters, ...this.finders.flatMap(filtersOf)])
    this.announcing = new Set(this.finders.flatMap(({ protocol }) => protocol.discovers.map(d => d.topic)))
    this.topics = new Map(
      this.finders.flatMap(source =>
        [...announcedTopics(source)].map(([role, list]): [string, RoleTopics] => [
          keyOf({ protocol: source.protocol.name, role }),
          { list, set: new Set(list) },
        ]),
      ),
    )
    this.names = new Map(this.finders.map(source => [source.protocol.name, nameOf(source)]))
    this.kept = { filters, rules: [...this.names.values()] }
  }

  static of(chain: string, sources: Source[], mostOfRole?: number): Rules {
    return new Rules({ filters: sources.flatMap(standingFilters), chain, sources, mostOfRole })
  }

  /** undefined: no such role is announced (any more) */
  topicsOf(found: Discovery): RoleTopics | undefined {
    return this.topics.get(keyOf(found))
  }

  mayAnnounce(topic: string | undefined): boolean {
    return topic !== undefined && this.announcing.has(topic)
  }

  /** Notes the contracts that a log announces. */
  announce(log: ProtocolLog, discovered: Pick<Discovered, 'get' | 'set'>): void {
    for (const source of this.finders) for (const _ of announcedBy(this.chain, source, log, discovered));
  }

  /**
   * Whether whoever followed by these rules found the contract as well. Rules that there are more of now find fewer
   * contracts each, since a contract is the first one's that announces it; fewer may find others.
   */
  isFoundBy(rules: readonly string[], { protocol }: Found): boolean {
    if (!rules.includes(this.names.get(protocol)!)) return false
    return this.kept.rules.filter(rule => rules.includes(rule)).join() === rules.join()
  }

  /** A role, and those that contracts of it announce, and so on. */
  rolesFrom({ protocol, role }: Discovery): string[] {
    const discovers = this.finders.find(source => source.protocol.name === protocol)?.protocol.discovers ?? []
    const roles = new Set([role])
    for (const from of roles)
      for (const discovery of discovers) if (discovery.by === from) roles.add(discovery.role)
    return [...roles]
  }
}

export function keyOf({ protocol, role }: Pick<Discovery, 'protocol' | 'role'>): string {
  return `${protocol} ${role}`
}

function nameOf(source: Source): string {
  const { protocol, deployment } = source
  return JSON.stringify([
    protocol.name,
    protocol.revision,
    deployment.firstBlock,
    namedContracts(source).sort(),
    protocol.discovers.map(({ by, topic, role }) => [by, topic, role]),
    [...announcedTopics(source)],
  ])
}
