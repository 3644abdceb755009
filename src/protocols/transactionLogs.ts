import type { ProtocolLog } from './protocolLog'

/**
 * The logs of one transaction that are read, in order: what a log leaves out, its neighbours may say. Whoever sends a
 * transaction decides how many logs it has: a handler that walked over them itself would make of n logs n² steps. So
 * they are walked over once, whatever is looked for, and only where somebody looks.
 */
export class TransactionLogs {
  private byEvent: Map<string, ProtocolLog[]> | undefined
  private readonly made = new Map<object, unknown>()

  constructor(readonly logs: readonly ProtocolLog[]) {}

  /** The nearest log of a contract and topic before another of the transaction, found by halving. */
  before(log: ProtocolLog, address: string, topic: string): ProtocolLog | undefined {
    const found = this.indexed().get(keyOf(address, topic)) ?? []
    return found[placeIn(found, log.logIndex) - 1]
  }

  /** The nearest after. */
  after(log: ProtocolLog, address: string, topic: string): ProtocolLog | undefined {
    const found = this.indexed().get(keyOf(address, topic)) ?? []
    return found[placeIn(found, log.logIndex + 1)]
  }

  /**
   * What `walk` makes of all logs, made at the first call and the same at each later one: a walk that pairs logs does so
   * for all of them.
   *
   * @param walk a constant function, of one protocol: it is the key
   */
  once<Context, Made>(
    walk: (logs: readonly ProtocolLog[], context: Context) => Made,
    context: Context,
  ): Made {
    if (!this.made.has(walk)) this.made.set(walk, walk(this.logs, context))
    return this.made.get(walk) as Made
  }

  private indexed(): Map<string, ProtocolLog[]> {
    if (this.byEvent) return this.byEvent
    this.byEvent = new Map()
    for (const log of this.logs) {
      const key = keyOf(log.address, log.topics[0])
      const found = this.byEvent.get(key)
      if (found) found.push(log)
      else this.byEvent.set(key, [log])
    }
    return this.byEvent
  }
}

/** How many of the logs, which are in order, stand before a place in the block. */
function placeIn(logs: readonly ProtocolLog[], logIndex: number): number {
  let [from, to] = [0, logs.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (logs[middle]!.logIndex < logIndex) from = middle + 1
    else to = middle
  }
  return from
}

function keyOf(address: string, topic: string | undefined): string {
  return `${address}|${topic}`
}
