import { layersOf } from '../../lineage/layers'
import type { Graph, GraphEdge, GraphNode } from './graph'

/** Places of a layered drawing, ancestors at the left, descendants at the right, in pixels. */
export interface Layout {
  width: number
  height: number
  nodes: readonly PlacedNode[]
  edges: readonly PlacedEdge[]
}

export interface PlacedNode extends GraphNode {
  x: number
  y: number
}

export interface PlacedEdge extends GraphEdge {
  /** of an SVG path from the parent to the child */
  d: string
  /** where the share stands */
  at: { x: number; y: number }
  crossesChains: boolean
}

export const BOX = { width: 176, height: 42 }
const GAP = { x: 86, y: 14 }
const MARGIN = 12

/** A large lineage is laid out by the server: lineageMap. */
export function layoutOf(graph: Graph): Layout {
  const columns = layersOf(new Map([...graph.nodes].map(([id, { column }]) => [id, column])), graph.edges)
  const rows = Math.max(1, ...columns.map(column => column.length))
  const height = 2 * MARGIN + rows * BOX.height + (rows - 1) * GAP.y
  const places = new Map<string, PlacedNode>()
  columns.forEach((column, i) => {
    const used = column.length * BOX.height + (column.length - 1) * GAP.y
    column.forEach((id, row) => {
      const x = MARGIN + i * (BOX.width + GAP.x)
      const y = (height - used) / 2 + row * (BOX.height + GAP.y)
      places.set(id, { ...graph.nodes.get(id)!, x, y })
    })
  })
  return {
    width: 2 * MARGIN + columns.length * BOX.width + (columns.length - 1) * GAP.x,
    height,
    nodes: [...places.values()],
    edges: graph.edges.map(edge => placed(edge, places.get(edge.parentId)!, places.get(edge.childId)!)),
  }
}

function placed(edge: GraphEdge, parent: PlacedNode, child: PlacedNode): PlacedEdge {
  const crossesChains = parent.model.chain !== child.model.chain
  const middle = BOX.height / 2
  const from = { x: parent.x + BOX.width, y: parent.y + middle }
  const to = { x: child.x, y: child.y + middle }
  if (child.x > parent.x) {
    const bend = (to.x - from.x) / 2
    const d = `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`
    return { ...edge, d, at: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, crossesChains }
  }
  // Back, or within a column: around the outside, so that it is seen to be no step forward.
  const out = GAP.x / 2
  const d = `M${from.x} ${from.y}C${from.x + out} ${from.y} ${to.x - out} ${to.y} ${to.x} ${to.y}`
  return { ...edge, d, at: { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }, crossesChains }
}
