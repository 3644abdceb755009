/**
 * The reference protocol's router as its NatSpec tells it, for one fee at a time: what the measures are held against.
 * Models are numbers within a chain; a parent is always older (a lower number) on its own chain.
 */
export interface World {
  parents: Map<string, { to: string; ppm: bigint }[]>
}

export interface Credit {
  model: string
  /** paid model, or the sender of the message */
  from: string
  amount: bigint
  message?: Message
}

export interface Message {
  from: string
  to: string
  amount: bigint
}

export interface Hop {
  from: string
  to: string
  amount: bigint
}

const numberOf = (model: string) => Number(model.slice(model.lastIndexOf(':') + 1))
const chainOf = (model: string) => model.split('/')[0]

/** One distribution on one chain: what each model keeps, the hops, and the messages that leave. */
export function routeByHand(world: World, entry: string, amount: bigint, message?: Message) {
  const reached = new Map([[entry, amount]])
  const credits: Credit[] = []
  const hops: Hop[] = []
  const messages: Message[] = []
  while (reached.size > 0) {
    const youngest = [...reached.keys()].reduce((a, b) => (numberOf(a) > numberOf(b) ? a : b))
    const whole = reached.get(youngest)!
    reached.delete(youngest)
    let kept = whole
    for (const { to, ppm } of world.parents.get(youngest) ?? []) {
      const up = (whole * ppm) / 1_000_000n
      if (up === 0n) continue
      kept -= up
      hops.push({ from: youngest, to, amount: up })
      if (chainOf(to) === chainOf(youngest)) reached.set(to, (reached.get(to) ?? 0n) + up)
      else messages.push({ from: youngest, to, amount: up })
    }
    if (kept > 0n) credits.push({ model: youngest, from: message?.from ?? entry, amount: kept, message })
  }
  return { credits, hops, messages }
}
