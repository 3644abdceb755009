import { BadAnswer } from './rpcFault'

/** A log as a range gives it. Hex in lower case. */
export interface RangeLog {
  address: string
  topics: string[]
  data: string
  transactionHash: string
  logIndex: number
  /** place of the transaction in the block; absent: the endpoint does not tell */
  transactionIndex?: number
}

/** A block that holds logs, or the last of its range. */
export interface RangeBlock {
  header: {
    height: number
    hash: string
    parentHash: string
    /** milliseconds since 1970 */
    timestamp: number
  }
  logs: RangeLog[]
}

/** Logs to ask for. */
export interface LogFilter {
  /** absent: any address */
  addresses?: string[]
  /** values of topic0 */
  topics: string[]
  fromBlock: number
}

/** Of filters that may be more than a call has room for arguments. */
export function firstBlockOf(filters: LogFilter[]): number {
  return filters.reduce((first, { fromBlock }) => Math.min(first, fromBlock), Number.POSITIVE_INFINITY)
}

/** What is asked for: filters, and which logs of what they bring. */
export interface Wanted {
  filters: LogFilter[]
  /** others that bring it too, with fewer addresses and more logs; absent: there are none */
  byTopic?: LogFilter[]
  matches(address: string, topic: string | undefined, block: number): boolean
}

export function wantedBy(filters: LogFilter[]): Wanted {
  return { filters, matches: matcherOf(filters) }
}

/** How much one query may ask for. */
export interface QueryLimits {
  addresses: number
  topics: number
}

/** Params of the fewest `eth_getLogs` that bring all the filters ask for: one by address, one for any address. */
export function queriesFor(filters: LogFilter[], from: number, to: number, most?: QueryLimits): LogQuery[] {
  return queriesWithin(filters, to, { fromBlock: quantity(from), toBlock: quantity(to) }, most)
}

/** The same for one block by its hash: a node that does not have that very block must not answer. */
export function queriesOfBlock(
  filters: LogFilter[],
  height: number,
  blockHash: string,
  most?: QueryLimits,
): LogQuery[] {
  return queriesWithin(filters, height, { blockHash }, most)
}

/** Params of one `eth_getLogs`. */
export interface LogQuery {
  fromBlock?: string
  toBlock?: string
  blockHash?: string
  address?: string[]
  topics: [string[]]
}

function queriesWithin(
  filters: LogFilter[],
  last: number,
  span: Partial<LogQuery>,
  most: QueryLimits = { addresses: Number.POSITIVE_INFINITY, topics: Number.POSITIVE_INFINITY },
): LogQuery[] {
  const asked = filters.filter(({ fromBlock }) => fromBlock <= last)
  const byAddress = asked.filter(({ addresses }) => addresses)
  const anywhere = asked.filter(({ addresses }) => !addresses)
  const union = (lists: string[][]) => (lists.length === 1 ? lists[0]! : [...new Set(lists.flat())].sort())
  const topicsOf = (some: LogFilter[]) => parts(union(some.map(({ topics }) => topics)), most.topics)
  const addresses = parts(union(byAddress.map(({ addresses }) => addresses!)), most.addresses)
  return [
    ...topicsOf(byAddress).flatMap(topics =>
      addresses.map((address): LogQuery => ({ ...span, address, topics: [topics] })),
    ),
    ...topicsOf(anywhere).map((topics): LogQuery => ({ ...span, topics: [topics] })),
  ]
}

function parts(list: string[], most: number): string[][] {
  if (list.length <= most) return list.length === 0 ? [] : [list]
  return Array.from({ length: Math.ceil(list.length / most) }, (_, i) => list.slice(i * most, (i + 1) * most))
}

/** Whether a filter asks for a log: a union of filters brings more. */
export function matcherOf(filters: LogFilter[]): Wanted['matches'] {
  const wanted = new Map<string, { anywhere: number; at: Map<string, number> }>()
  for (const { addresses, topics, fromBlock } of filters) {
    for (const topic of topics) {
      let entry = wanted.get(topic)
      if (!entry) {
        entry = { anywhere: Number.POSITIVE_INFINITY, at: new Map() }
        wanted.set(topic, entry)
      }
      if (!addresses) entry.anywhere = Math.min(entry.anywhere, fromBlock)
      for (const address of addresses ?? []) {
        entry.at.set(address, Math.min(entry.at.get(address) ?? Number.POSITIVE_INFINITY, fromBlock))
      }
    }
  }
  return (address, topic, block) => {
    const entry = topic === undefined ? undefined : wanted.get(topic)
    if (!entry) return false
    return block >= entry.anywhere || block >= (entry.at.get(address) ?? Number.POSITIVE_INFINITY)
  }
}

export interface RawHeader {
  number: string
  hash: string
  parentHash: string
  timestamp: string
}

/** Reads a block of `eth_getBlockByNumber`. @throws BadAnswer */
export function readHeader(answer: unknown, height: number): RangeBlock['header'] {
  const raw = answer as RawHeader | null
  if (raw === null || raw === undefined) throw new BadAnswer(`block ${height} is answered by null`)
  const { number, hash, parentHash, timestamp } = raw
  if (
    Number(number) !== height ||
    !isHash(hash) ||
    !isHash(parentHash) ||
    !Number.isSafeInteger(Number(timestamp))
  ) {
    throw new BadAnswer(`block ${height} is answered by ${shown({ number, hash, parentHash, timestamp })}`)
  }
  return {
    height,
    hash: hash.toLowerCase(),
    parentHash: parentHash.toLowerCase(),
    timestamp: Number(timestamp) * 1000,
  }
}

/** Neighbours must be linked by hash, within a range and across. @throws BadAnswer */
export function checkLink(
  parent: { height: number; hash: string } | undefined,
  block: RangeBlock['header'],
): void {
  if (parent && parent.height + 1 === block.height && parent.hash !== block.parentHash) {
    throw new BadAnswer(
      `block ${block.height} names ${block.parentHash} as its parent, but block ${parent.height} is ${parent.hash}`,
    )
  }
}

/** Reads a quantity, such as a height or a chain's id. @throws BadAnswer */
export function readQuantity(answer: unknown, method: string): number {
  if (typeof answer === 'string' && Number.isSafeInteger(Number(answer))) return Number(answer)
  throw new BadAnswer(`${method} is answered by no number`)
}

export function quantity(n: number): string {
  return `0x${n.toString(16)}`
}

export function isHash(value: unknown): value is string {
  return typeof value === 'string' && value.length === 66 && value.startsWith('0x')
}

export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 120 ? `${text.slice(0, 120)}…` : text
}
