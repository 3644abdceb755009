import type { LogFilter } from '../../rpc/chainLogs'
import type { BlockSpan } from '../../rpc/rpcFault'
import { type Found, keyOf, type Rules } from './rules'

/** Contracts that were found, in the order of the chain. What is asked of its beginning stays so as it grows. */
export class FoundList {
  private readonly all: Found[] = []
  private readonly places = new Map<string, number>()
  /** whole roles, by place */
  private readonly whole: { place: number; found: Found }[] = []
  /** addresses of each role */
  private readonly roles: Roles = new Map()

  constructor(
    private readonly rules: Rules,
    found: readonly Found[] = [],
  ) {
    for (const one of found) this.push(one)
  }

  get length(): number {
    return this.all.length
  }

  push(found: Found): void {
    const place = this.all.push(found) - 1
    const { address } = found
    if (!address) {
      this.whole.push({ place, found })
      return
    }
    this.places.set(address, place)
    enlist(this.roles, found, address)
  }

  get(address: string, length: number): Found | undefined {
    const place = this.places.get(address)
    return place !== undefined && place < length ? this.all[place] : undefined
  }

  slice(from: number, to: number): Found[] {
    return this.all.slice(from, to)
  }

  /** So many of the first ones as were found up to a block. */
  upTo(height: number): number {
    let [low, high] = [0, this.all.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.all[middle]!.block <= height) low = middle + 1
      else high = middle
    }
    return low
  }

  wholeRoles(length: number): Found[] {
    return this.whole.filter(({ place }) => place < length).map(({ found }) => found)
  }

  countOf(key: string, length: number): number {
    if (length === this.all.length) return this.roles.get(key)?.addresses.length ?? 0
    return this.all.slice(0, length).filter(found => found.address && keyOf(found) === key).length
  }

  /** What the contracts emit in a range. */
  filters({ from, to }: BlockSpan, length: number): LogFilter[] {
    const count = Math.min(length, this.upTo(to))
    const whole = this.wholeRoles(count)
    const byTopic = new Set(whole.filter(({ block }) => block <= from).map(keyOf))
    const filters: LogFilter[] = whole.map(found => ({
      topics: this.rules.topicsOf(found)?.list ?? [],
      fromBlock: found.block,
    }))
    for (const { one, addresses } of count === this.all.length
      ? this.roles.values()
      : rolesOf(this.all.slice(0, count)).values()) {
      const topics = this.rules.topicsOf(one)?.list ?? []
      if (topics.length > 0 && !byTopic.has(keyOf(one)))
        filters.push({ addresses, topics, fromBlock: one.block })
    }
    return filters
  }
}

/** The first contract of each role, and the addresses of all. */
type Roles = Map<string, { one: Found; addresses: string[] }>

function rolesOf(found: Found[]): Roles {
  const roles: Roles = new Map()
  for (const one of found) if (one.address) enlist(roles, one, one.address)
  return roles
}

function enlist(roles: Roles, found: Found, address: string): void {
  const role = roles.get(keyOf(found))
  if (role) role.addresses.push(address)
  else roles.set(keyOf(found), { one: found, addresses: [address] })
}
