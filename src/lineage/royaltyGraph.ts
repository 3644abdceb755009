import { Frontier } from './frontier'
import { type Policy, policies } from './policies'
import { NONE, partOf, plus, type Share, times } from './share'
import { topologyOf } from './topology'

/** An edge child -> parent that moves a share of what the child receives (policy HOP) or earns (ABSOLUTE). */
export interface ShareEdge {
  child: string
  parent: string
  /** of the child's revenue */
  share: Share
  policy: Policy
  /** a policy contract keeps it until somebody has it moved (Story's); false: it moves as it is paid */
  onDemand: boolean
}

/** What a model keeps of a fee, after what it passes on. */
export interface Kept {
  model: string
  /** model that sent it from another chain, else the model that was paid: as RoyaltyAccrual.fromModelId */
  source: string
  /** chains that the money went through, the fee's first */
  route: string[]
  /** wei */
  amount: bigint
}

export interface Distribution {
  kept: Kept[]
  /** the money went through more messages than were followed */
  truncated: boolean
}

/** Money ends: a cycle across chains sends ever less. Where shares of 100 % make it last, this many messages will do. */
const MAX_MESSAGES = 500

/** A lineage with its edges active at one moment, ready for any number of fees. */
export class RoyaltyGraph {
  private readonly parents = new Map<string, ShareEdge[]>()
  private readonly rank: Map<string, number>
  private readonly hasAbsolute: boolean
  private readonly stacks = new Map<string, Map<string, Share>>()
  private readonly relative = new Map<string, Map<string, Share>>()
  /** of the percentages along a path; one policy contract has one */
  private readonly scale: bigint
  /** edges looked at so far: what the work costs */
  steps: number

  constructor(edges: readonly ShareEdge[]) {
    this.steps = edges.length
    // On one chain a cycle cannot be paid; one that closes over other chains can, a message being a fee of its own.
    const local = edges.filter(({ child, parent }) => chainOf(child) === chainOf(parent))
    const { cyclic, rank } = topologyOf(local)
    this.rank = rank
    this.hasAbsolute = edges.some(({ policy }) => policies[policy].ofEveryDescendant)
    this.scale = edges.reduce(
      (most, edge) => (isRelative(edge) && edge.share.denominator > most ? edge.share.denominator : most),
      0n,
    )
    for (const edge of edges) {
      if (cyclic.has(edge)) continue
      const known = this.parents.get(edge.child)
      if (known) known.push(edge)
      else this.parents.set(edge.child, [edge])
    }
  }

  /**
   * Hop by hop, as the reference protocol's router does it (RoyaltyRouter._distribute): on one chain the amounts that
   * reach a model are added up first, children before parents; of the sum A each parent gets ⌊A × share⌋,
   * and the model keeps the rest. A parent on another chain gets its part by a message, which is distributed there
   * by itself. Of its own fee a model keeps what the policy contracts leave: net − ⌊net × Σ absolute
   * stacks⌋ − ⌊net × Σ shares of its own HOP links on demand⌋ (RoyaltyModule._payToWhitelistedRoyaltyPolicies).
   */
  distribute(model: string, net: bigint): Distribution {
    const kept: Kept[] = []
    const messages = [{ source: model, to: model, amount: net, route: [chainOf(model)] }]
    for (const [number, message] of messages.entries()) {
      if (number > MAX_MESSAGES) return { kept, truncated: true }
      const { source, route } = message
      const reached = new Map([[message.to, message.amount]])
      const pending = this.frontier(message.to)
      for (let at = pending.takeFirst(); at !== undefined; at = pending.takeFirst()) {
        const amount = reached.get(at)!
        let rest = amount
        for (const { parent, share, policy, onDemand } of this.parents.get(at) ?? []) {
          this.steps++
          const up = policies[policy].passedOn && !onDemand ? partOf(amount, share) : 0n
          if (up === 0n) continue
          rest -= up
          if (chainOf(parent) !== chainOf(at)) {
            messages.push({ source: at, to: parent, amount: up, route: [...route, chainOf(parent)] })
          } else {
            if (!reached.has(parent)) pending.add(parent)
            reached.set(parent, (reached.get(parent) ?? 0n) + up)
          }
        }
        if (number === 0 && at === model) {
          rest -= partOf(net, this.absoluteStack(model)) + partOf(net, this.relativeStack(model))
        }
        if (rest !== 0n) kept.push({ model: at, source, route, amount: rest })
      }
    }
    return { kept, truncated: false }
  }

  /**
   * ABSOLUTE shares (Story LAP): an ancestor p gets of every descendant's fee the share of its edge (x -> p), once for
   * each path from the descendant to x: stack(d, p) = Σ over edges (x -> p) paths(d, x) × share. By dynamic
   * programming in topological order, since a ladder of diamonds has exponentially many paths.
   */
  absoluteStacks(model: string): Map<string, Share> {
    const known = this.stacks.get(model)
    if (known) return known
    const stacks = new Map<string, Share>()
    this.stacks.set(model, stacks)
    if (!this.hasAbsolute) return stacks
    const paths = new Map([[model, 1n]])
    const pending = this.frontier(model)
    for (let at = pending.takeFirst(); at !== undefined; at = pending.takeFirst()) {
      for (const { parent, share, policy } of this.parents.get(at) ?? []) {
        this.steps++
        if (chainOf(parent) !== chainOf(at)) continue // no protocol has an absolute share across chains
        if (!paths.has(parent)) pending.add(parent)
        paths.set(parent, (paths.get(parent) ?? 0n) + paths.get(at)!)
        if (!policies[policy].ofEveryDescendant) continue
        stacks.set(parent, plus(stacks.get(parent) ?? NONE, times(share, paths.get(at)!)))
      }
    }
    return stacks
  }

  private absoluteStack(model: string): Share {
    let total = NONE
    for (const stack of this.absoluteStacks(model).values()) total = plus(total, stack)
    return total
  }

  /**
   * HOP shares that a policy contract keeps (Story LRP), before what the ancestor owes its own: they multiply along
   * paths, floored at each link in the contract's own unit, children before parents (story-geth, core/vm/ipgraph.go,
   * getRoyaltyLrp): percent(d, p) = Σ over links (x -> p) of ⌊percent(d, x) × share⌋, percent(d, d) = the whole.
   */
  relativePercents(model: string): Map<string, Share> {
    const known = this.relative.get(model)
    if (known) return known
    const percents = new Map<string, Share>()
    this.relative.set(model, percents)
    if (this.scale === 0n) return percents
    const reached = new Map([[model, this.scale]])
    const pending = this.frontier(model)
    for (let at = pending.takeFirst(); at !== undefined; at = pending.takeFirst()) {
      for (const edge of this.parents.get(at) ?? []) {
        this.steps++
        const up = isRelative(edge) ? partOf(reached.get(at)!, edge.share) : 0n
        if (up === 0n) continue
        if (!reached.has(edge.parent)) pending.add(edge.parent)
        const sum = (reached.get(edge.parent) ?? 0n) + up
        reached.set(edge.parent, sum)
        percents.set(edge.parent, { numerator: sum, denominator: this.scale })
      }
    }
    return percents
  }

  /** Σ shares of the model's own HOP links that a policy contract keeps. */
  relativeStack(model: string): Share {
    let total = NONE
    for (const edge of this.parents.get(model) ?? []) if (isRelative(edge)) total = plus(total, edge.share)
    return total
  }

  private frontier(model: string): Frontier {
    const frontier = new Frontier(this.rank)
    frontier.add(model)
    return frontier
  }
}

/** On one chain: a policy contract knows no other's models. */
function isRelative({ child, parent, policy, onDemand }: ShareEdge): boolean {
  return onDemand && policies[policy].passedOn && chainOf(child) === chainOf(parent)
}

/** CAIP-2 of a model id. */
export function chainOf(model: string): string {
  return model.slice(0, model.indexOf('/'))
}
