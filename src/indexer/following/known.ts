import type { LogFilter, RangeBlock, Wanted } from '../../rpc/chainLogs'
import { missingFilters } from '../../rpc/keptFilters'
import type { BlockSpan } from '../../rpc/rpcFault'
import type { Discovery } from '../contracts'
import { protocolLog } from '../protocolLogs'
import type { FoundList } from './foundList'
import { type Found, keyOf, type Rules } from './rules'

/** What an answer about a range holds. */
export interface Asked {
  /** what is wanted at all times */
  standing: boolean
  /** of so many contracts of the list, its first ones */
  found: number
  /** of the contracts that are found by these rules */
  rules: readonly string[]
  /** and what these ask for */
  filters: LogFilter[]
}

/** Contracts that are known at a place of the chain, and what they make of the logs after it. A value. */
export class Known {
  private readonly addedAt: ReadonlyMap<string, Found>
  private readonly wholeRoles: readonly Found[]

  /**
   * @param length of the list, as far as it counts here
   * @param added contracts after those
   */
  constructor(
    private readonly rules: Rules,
    private readonly list: FoundList,
    readonly length: number,
    readonly added: readonly Found[] = [],
  ) {
    this.addedAt = new Map(added.flatMap(found => (found.address ? [[found.address, found]] : [])))
    this.wholeRoles = [...list.wholeRoles(length), ...added.filter(({ address }) => !address)]
  }

  get(address: string): Found | undefined {
    return this.addedAt.get(address) ?? this.list.get(address, this.length)
  }

  /** With what these blocks announce, which come next, in the order of the chain. */
  after(blocks: readonly RangeBlock[]): Known {
    const added = [...this.added]
    const addedAt = new Map(this.addedAt)
    for (const { header, logs } of blocks) {
      for (const log of logs) {
        if (!this.rules.mayAnnounce(log.topics[0])) continue
        this.rules.announce(protocolLog(header, log), {
          get: address => addedAt.get(address) ?? this.get(address),
          set(address: string, discovery: Discovery) {
            const found = { ...discovery, address, block: header.height }
            addedAt.set(address, found)
            added.push(found)
            return addedAt as never
          },
        })
      }
    }
    return added.length === this.added.length ? this : this.with(added.slice(this.added.length))
  }

  /** With contracts that come next, in the order of the chain. */
  with(found: readonly Found[]): Known {
    return new Known(this.rules, this.list, this.length, this.within([...this.added, ...found]))
  }

  /** What is wanted of a range, as far as is known. */
  wanted(span: BlockSpan): Wanted {
    const filters = [...this.rules.standing.filters, ...this.list.filters(span, this.length)]
    for (const found of this.added) if (found.block <= span.to) filters.push(...this.filtersOf(found))
    return { filters, byTopic: this.rules.byTopic.filters, matches: this.matches }
  }

  /** Brings all that can turn out to be wanted. */
  get wantedByTopic(): Wanted {
    return this.rules.byTopic
  }

  /** What `wanted` asks for. */
  get asked(): Asked {
    const filters = this.added.flatMap(this.filtersOf)
    return { standing: true, found: this.length, rules: [], filters }
  }

  /** What is wanted of a range and was not asked for. */
  missing(asked: Asked, span: BlockSpan): LogFilter[] {
    const { rules, list, length } = this
    const since = [...list.slice(asked.found, length), ...this.added]
    const wanted = since.filter(found => !rules.isFoundBy(asked.rules, found)).flatMap(this.filtersOf)
    return missingFilters(
      asked.standing ? wanted : [...rules.standing.filters, ...wanted],
      asked.filters,
      span,
    )
  }

  /** Without the logs that are not wanted. */
  only(blocks: RangeBlock[]): RangeBlock[] {
    return blocks.map(block => {
      const { header } = block
      const logs = block.logs.filter(log => this.matches(log.address, log.topics[0], header.height))
      return logs.length === block.logs.length ? block : { header, logs }
    })
  }

  readonly matches: Wanted['matches'] = (address, topic, block) => {
    if (this.rules.standing.matches(address, topic, block)) return true
    if (topic === undefined) return false
    const found = this.get(address)
    if (found && block >= found.block && this.rules.topicsOf(found)?.set.has(topic)) return true
    return this.wholeRoles.some(role => block >= role.block && this.rules.topicsOf(role)?.set.has(topic))
  }

  private readonly filtersOf = (found: Found): LogFilter[] => {
    const topics = this.rules.topicsOf(found)?.list ?? []
    if (topics.length === 0) return []
    const filter = { topics, fromBlock: found.block }
    return [found.address ? { ...filter, addresses: [found.address] } : filter]
  }

  /** The first of each role, up to its bound, and in place of the next the whole role. */
  private within(added: Found[]): Found[] {
    const counts = new Map<string, number>()
    const whole = new Set(this.list.wholeRoles(this.length).map(keyOf))
    const bounded: Found[] = []
    for (const found of added) {
      const key = keyOf(found)
      if (!found.address) {
        whole.add(key)
        bounded.push(found)
      }
      if (whole.has(key)) continue
      const count = (counts.get(key) ?? this.list.countOf(key, this.length)) + 1
      counts.set(key, count)
      if (count <= this.rules.mostOfRole) bounded.push(found)
      else {
        for (const role of this.rules.rolesFrom(found)) {
          const all = { protocol: found.protocol, role, block: found.block }
          if (whole.has(keyOf(all))) continue
          whole.add(keyOf(all))
          bounded.push(all)
        }
      }
    }
    return bounded
  }
}
