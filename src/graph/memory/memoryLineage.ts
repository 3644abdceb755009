import { setImmediate as nextTurn } from 'node:timers/promises'
import { answerClosure, answerClosures, compareIds, type Search } from '../closureAnswer'
import { checkCommon } from '../commonAncestors'
import {
  type Closure,
  type ClosureBounds,
  type ClosureRequest,
  type CommonAncestor,
  type CommonAncestors,
  MAX_DEPTH,
  MAX_SEARCHED,
} from '../lineage'
import type { LineageGraph } from './lineageGraph'
import type { GraphAt } from './lineageMemory'

/** Models that are looked at between two turns of the event loop: some 10 ms. */
const LOOKED_A_TURN = 20_000

/** The graph was brought on to another state between two looks of one question. */
export class LineageMovedError extends Error {
  override name = 'LineageMovedError'
}

/** Lineage from the edges in memory: the same answers as PostgresLineage gives in a snapshot that sees these edges. */
export class MemoryLineage {
  /** @param count told of the models and edges that are looked at, before more are: what stands between a query and our time */
  constructor(
    private readonly at: GraphAt,
    private readonly count: (rows: number) => void = () => {},
  ) {}

  closure(request: ClosureRequest): Promise<Closure> {
    return answerClosure(this.search, 'MEMORY', request)
  }

  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]> {
    return answerClosures(this.search, 'MEMORY', models, bounds)
  }

  async commonAncestors(ids: string[], limit?: number): Promise<CommonAncestors> {
    const { models, first } = checkCommon(ids, limit)
    const walks = models.map((model, place) => new Walk(this.graph(), model, place))
    const found = new Common(models.length)
    for (const walk of walks) found.add(walk.reached)
    let looked = 0
    for (let depth = 1; depth <= MAX_DEPTH && walks.some(walk => !walk.ended); depth++) {
      // Nearer ones than those of this level there are none: once there are enough, what is left is how many there are.
      const enough = found.models.length >= first
      for (const walk of walks) {
        walk.deepen(!enough)
        if (!enough) found.add(walk.reached)
        looked += walk.reached.length
        if (looked < LOOKED_A_TURN) continue
        looked = 0
        await nextTurn()
        this.graph()
      }
    }
    const ancestors = found.models.map((model): CommonAncestor => {
      const depths = walks.map(walk => walk.depths.get(model)!)
      return { id: walks[0]!.idOf(model), depths, maxDepth: Math.max(...depths) }
    })
    ancestors.sort((a, b) => a.maxDepth - b.maxDepth || compareIds(a.id, b.id))
    const truncated = walks.some(walk => walk.size >= MAX_SEARCHED)
    return { ancestors: ancestors.slice(0, first), truncated, answeredBy: 'MEMORY' }
  }

  private readonly search: Search = async (models, direction, maxDepth, limit) =>
    models.map(model => {
      const subgraph = this.graph().search(model, direction, maxDepth, limit)
      this.count(subgraph.nodes.length + subgraph.edges.length)
      return subgraph
    })

  private graph(): LineageGraph {
    const { graph, revision } = this.at
    if (graph.revision !== revision) throw new LineageMovedError('the lineage in memory has changed')
    return graph
  }
}

/** The ancestors of one model, the nearest MAX_SEARCHED of them, level by level. */
class Walk {
  readonly depths: Map<number, number>
  /** of the last level */
  reached: number[]
  ended = false
  private readonly next: (() => number[]) | undefined

  constructor(
    private readonly graph: LineageGraph,
    private readonly model: string,
    place: number,
  ) {
    const ancestors = graph.ancestors(model)
    this.next = ancestors?.deepen
    // A model that no edge names has no number: one that no other has.
    this.depths = ancestors?.depths ?? new Map([[-1 - place, 0]])
    this.reached = [...this.depths.keys()]
  }

  /** ancestors so far */
  get size(): number {
    return this.depths.size - 1
  }

  /** @param exact where a level is cut, which models are left matters */
  deepen(exact: boolean): void {
    if (this.ended) {
      this.reached = []
      return
    }
    this.reached = this.next?.() ?? []
    const over = this.size - MAX_SEARCHED
    if (over > 0 && exact) {
      this.reached.sort((a, b) => compareIds(this.idOf(a), this.idOf(b)))
      for (const model of this.reached.splice(this.reached.length - over)) this.depths.delete(model)
    }
    this.ended = this.reached.length === 0 || over >= 0
  }

  idOf(number: number): string {
    return number < 0 ? this.model : this.graph.idOf(number)
  }
}

/** Models that all walks have reached. */
class Common {
  readonly models: number[] = []
  private readonly times = new Map<number, number>()

  constructor(private readonly walks: number) {}

  add(reached: readonly number[]): void {
    for (const model of reached) {
      const times = (this.times.get(model) ?? 0) + 1
      this.times.set(model, times)
      if (times === this.walks) this.models.push(model)
    }
  }
}
