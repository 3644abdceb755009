import type { Subgraph } from '../closureAnswer'
import { compareIds } from '../closureAnswer'
import type { EdgeRow } from '../edgeRows'
import type { Direction } from '../lineage'
import type { EdgeTable } from './edgeTable'

/** Edges by one of their ends, as they were when the graph was made: those of `model` are `edges[starts[model]…]`. */
interface Adjacency {
  starts: Int32Array
  edges: Int32Array
}

/** The lineage of all chains, in both directions, as of one state of the table. */
export class LineageGraph {
  /** goes up with each change */
  revision = 0
  /** models whose edges were replaced since the graph was made -> their edges now */
  private readonly replaced = new Map<number, number[]>()
  /** model -> edges to it of replaced models */
  private readonly addedTo = new Map<number, Set<number>>()
  private readonly outOf: Adjacency
  private readonly into: Adjacency
  /** mark of the search that last met each model */
  private met: Int32Array
  private mark = 0

  constructor(private readonly table: EdgeTable) {
    this.outOf = byEnd(table, edge => table.child.at(edge))
    this.into = byEnd(table, edge => table.parent.at(edge))
    this.met = new Int32Array(table.models.length)
  }

  /** models whose edges are not where they were put when the graph was made */
  get replacements(): number {
    return this.replaced.size
  }

  /** All edges of these children are now these. */
  replace(children: readonly string[], rows: readonly EdgeRow[]): void {
    this.revision++
    const edgesOf = new Map<string, number[]>(children.map(child => [child, []]))
    for (const row of rows) edgesOf.get(row.childId)!.push(this.table.add(row))
    for (const [child, edges] of edgesOf) {
      const number = this.table.numberOf(child)
      if (number === undefined) continue // it has no edges, and had none
      for (const edge of this.replaced.get(number) ?? []) this.addedTo.get(this.parent(edge))!.delete(edge)
      this.replaced.set(number, edges)
      for (const edge of edges) {
        const known = this.addedTo.get(this.parent(edge))
        if (known) known.add(edge)
        else this.addedTo.set(this.parent(edge), new Set([edge]))
      }
    }
  }

  /** As lineage_closure of db/migrations: the first `limit` models by (depth, id), and all edges among them. */
  search(model: string, direction: Direction, maxDepth: number, limit: number): Subgraph {
    const subgraph: Subgraph = { nodes: [], edges: [], more: false, deeper: false }
    const root = this.table.numberOf(model)
    if (root === undefined) return subgraph
    const met = this.begin(root)
    const { models } = this.table
    const inside = [root]
    let level = [root]
    for (let depth = 1; level.length > 0 && !subgraph.more; depth++) {
      const next: number[] = []
      for (const at of level)
        this.each(at, direction, other => {
          if (met[other] === this.mark) return
          met[other] = this.mark
          next.push(other)
        })
      if (depth > maxDepth) {
        subgraph.deeper = next.length > 0
        for (const other of next) met[other] = 0
        break
      }
      const room = limit - subgraph.nodes.length
      if (next.length > room) {
        subgraph.more = true
        next.sort((a, b) => compareIds(models[a]!, models[b]!))
        for (const other of next.splice(room)) met[other] = 0
      }
      for (const other of next) {
        subgraph.nodes.push({ id: models[other]!, depth })
        inside.push(other)
      }
      level = next
    }
    for (const child of inside)
      this.eachEdge(child, 'ANCESTORS', edge => {
        if (met[this.parent(edge)] === this.mark) subgraph.edges.push(this.table.edge(edge))
      })
    return subgraph
  }

  /**
   * Distance of each ancestor, the model itself included: `deepen` gives the models of the next level, which `depths` has
   * then too. Undefined: no edge names the model.
   */
  ancestors(model: string): { depths: Map<number, number>; deepen: () => number[] } | undefined {
    const root = this.table.numberOf(model)
    if (root === undefined) return undefined
    const depths = new Map([[root, 0]])
    let level = [root]
    let depth = 0
    const deepen = () => {
      depth++
      const next: number[] = []
      for (const at of level)
        this.each(at, 'ANCESTORS', parent => {
          if (depths.has(parent)) return
          depths.set(parent, depth)
          next.push(parent)
        })
      level = next
      return next
    }
    return { depths, deepen }
  }

  idOf(model: number): string {
    return this.table.models[model]!
  }

  private parent(edge: number): number {
    return this.table.parent.at(edge)
  }

  private begin(root: number): Int32Array {
    if (this.met.length < this.table.models.length || this.mark === 2 ** 31 - 1) {
      this.met = new Int32Array(this.table.models.length + 1000)
      this.mark = 0
    }
    this.mark++
    this.met[root] = this.mark
    return this.met
  }

  private each(model: number, direction: Direction, visit: (other: number) => void): void {
    const far = direction === 'ANCESTORS' ? this.table.parent : this.table.child
    this.eachEdge(model, direction, edge => visit(far.at(edge)))
  }

  private eachEdge(model: number, direction: Direction, visit: (edge: number) => void): void {
    const replaced = direction === 'ANCESTORS' ? this.replaced.get(model) : this.addedTo.get(model)
    if (replaced) for (const edge of replaced) visit(edge)
    if (replaced && direction === 'ANCESTORS') return
    const { starts, edges } = direction === 'ANCESTORS' ? this.outOf : this.into
    if (model + 1 >= starts.length) return // new since the graph was made
    for (let i = starts[model]!; i < starts[model + 1]!; i++) {
      const edge = edges[i]!
      if (direction === 'ANCESTORS' || !this.replaced.has(this.table.child.at(edge))) visit(edge)
    }
  }
}

/** Counting sort: linear, and two arrays. */
function byEnd(table: EdgeTable, endOf: (edge: number) => number): Adjacency {
  const starts = new Int32Array(table.models.length + 1)
  for (let edge = 0; edge < table.size; edge++) starts[endOf(edge) + 1]!++
  for (let model = 0; model < table.models.length; model++) starts[model + 1]! += starts[model]!
  const places = starts.slice()
  const edges = new Int32Array(table.size)
  for (let edge = 0; edge < table.size; edge++) edges[places[endOf(edge)]!++] = edge
  return { starts, edges }
}
