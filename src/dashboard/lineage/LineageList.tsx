import { ModelLink } from '../parts/links'
import { Table } from '../parts/Table'
import { useChainName } from '../shell/chains'
import { ppm } from '../words/numbers'
import { relation } from './Drawing'
import type { Graph } from './graph'

/** The same as the drawing, to be read. */
export function LineageList({ graph }: { graph: Graph }) {
  const chainName = useChainName()
  const rows = [...graph.nodes.values()]
    .filter(({ column }) => column !== 0)
    .sort((a, b) => Math.abs(a.column) - Math.abs(b.column) || a.column - b.column)
  const linked = new Map<string, string[]>(rows.map(({ model }) => [model.id, []]))
  for (const edge of graph.edges) {
    const words = `${edge.role.toLowerCase()}${edge.cyclic ? ' (in a circle)' : ''}`
    linked.get(edge.childId)?.push(`from ${words}`)
    linked.get(edge.parentId)?.push(`as ${words}`)
  }
  if (rows.length === 0) return null
  return (
    <details>
      <summary>As a list</summary>
      <Table
        caption="Lineage as a list"
        rows={rows}
        rowKey={({ model }) => model.id}
        columns={[
          { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
          { title: 'Where', cell: ({ column }) => relation(column) },
          { title: 'Links', cell: ({ model }) => [...new Set(linked.get(model.id))].join(', ') },
          { title: 'Share', figures: true, cell: ({ share }) => (share === null ? '–' : ppm(share)) },
          { title: 'Chain', cell: ({ model }) => chainName(model.chain) },
        ]}
      />
    </details>
  )
}
