import { useRef } from 'preact/hooks'
import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { csvOf } from '../exports/csv'
import { pngOf } from '../exports/png'
import { fileNameOf, save, svgText } from '../exports/save'
import { Card } from '../parts/Card'
import { Empty, Shown } from '../parts/states'
import { useChainName } from '../shell/chains'
import { count, counted } from '../words/numbers'
import { Drawing } from './Drawing'
import { filtered } from './graph'
import { LineageList } from './LineageList'
import { Pinned } from './Pinned'
import { MOST_BOXES, MOST_OPENED, PAGE } from './query'
import { useLineage } from './useLineage'

const DEPTHS = ['1', '2', '3', 'all'] as const
/** Of all ancestors, made by the server. */
const FILES = [
  ['cdx.json', 'ML-BOM'],
  ['spdx.json', 'SPDX'],
  ['prov.json', 'PROV'],
  ['graphml', 'GraphML'],
] as const
const ROLES = ['', 'PARENT', 'DATASET', 'COMPONENT', 'SERVICE'] as const

/** What a model was made from and what was made from it. */
export function LineageCard({ place, id }: { place: Place; id: string }) {
  const { query } = place
  const depth = oneOf(query.get('depth'), DEPTHS)
  const role = oneOf(query.get('role'), ROLES)
  const chain = query.get('chain') ?? ''
  const open = [...new Set(query.getAll('open'))].slice(0, MOST_OPENED)
  const asked = Math.min(MOST_BOXES, Math.max(PAGE, Number(query.get('most')) || PAGE))
  const { answer, lineage } = useLineage(id, depth === 'all' ? null : Number(depth), asked, open)
  const drawing = useRef<SVGSVGElement>(null)
  const chainName = useChainName()
  const graph = lineage && filtered(lineage.graph, { role: role || undefined, chain: chain || undefined })
  const chains = lineage
    ? [...new Set([...lineage.graph.nodes.values()].flatMap(({ model }) => model.chain ?? []))]
    : []
  const pinned = query.get('pin') ?? undefined

  const actions = graph && (
    <>
      <button
        type="button"
        onClick={() => save(fileNameOf(id, '-lineage.csv'), 'text/csv', lineageCsv(graph))}
      >
        CSV
      </button>
      <button
        type="button"
        onClick={() =>
          drawing.current && save(fileNameOf(id, '-lineage.svg'), 'image/svg+xml', svgText(drawing.current))
        }
      >
        SVG
      </button>
      <button type="button" onClick={() => drawing.current && void savePng(id, drawing.current)}>
        PNG
      </button>
      {FILES.map(([ending, shown]) => (
        <a key={ending} class="choice" href={`/lineage/${encodeURIComponent(id)}.${ending}`} download>
          {shown}
        </a>
      ))}
    </>
  )
  return (
    <Card title="Lineage" wide asks={answer.graphiql} actions={actions}>
      <div class="choices">
        <div role="group" aria-label="Hops" class="choices">
          {DEPTHS.map(one => (
            <button
              key={one}
              type="button"
              aria-pressed={one === depth}
              onClick={() => change({ depth: one === '1' ? null : one, open: null })}
            >
              {one === 'all' ? 'All' : counted(Number(one), 'hop')}
            </button>
          ))}
        </div>
        <label>
          Role{' '}
          <select value={role} onChange={event => change({ role: event.currentTarget.value })}>
            {ROLES.map(one => (
              <option key={one} value={one}>
                {one === '' ? 'all' : one.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        <label>
          Chain{' '}
          <select value={chain} onChange={event => change({ chain: event.currentTarget.value })}>
            {['', ...new Set([...chains, ...(chain ? [chain] : [])])].map(one => (
              <option key={one} value={one}>
                {one === '' ? 'all' : chainName(one)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Shown answer={answer} what="the lineage">
        {() =>
          lineage &&
          graph && (
            <>
              <p class="shown-of">
                {shownOf(graph.nodes.size, lineage)}{' '}
                {lineage.truncated && asked < MOST_BOXES && (
                  <button type="button" onClick={() => change({ most: Math.min(MOST_BOXES, asked * 2) })}>
                    Show more
                  </button>
                )}{' '}
                {(lineage.truncated || depth !== 'all') && !query.get('map') && (
                  <button type="button" onClick={() => change({ map: 'all' })}>
                    Map of all
                  </button>
                )}
              </p>
              {graph.nodes.size === 1 && (
                <Empty>
                  {role || chain
                    ? 'Nothing beside it has this role and chain: choose all to see the rest.'
                    : 'It was made from nothing that is known, and nothing was made from it yet.'}
                </Empty>
              )}
              <div class="lineage">
                <Drawing
                  graph={graph}
                  hidden={lineage.hidden}
                  open={open}
                  pinned={pinned}
                  drawing={drawing}
                />
                {pinned && graph.nodes.has(pinned) && <Pinned graph={graph} id={pinned} />}
              </div>
              <Legend />
              <LineageList graph={graph} />
            </>
          )
        }
      </Shown>
    </Card>
  )
}

async function savePng(id: string, drawing: SVGSVGElement): Promise<void> {
  const { width, height } = drawing.viewBox.baseVal
  save(fileNameOf(id, '-lineage.png'), 'image/png', await pngOf(svgText(drawing), width, height))
}

function shownOf(
  drawn: number,
  { graph, truncated, root }: NonNullable<ReturnType<typeof useLineage>['lineage']>,
): string {
  const near = root.parents.totalCount + root.children.totalCount
  const direct = `${counted(root.parents.totalCount, 'direct parent')}, ${counted(root.children.totalCount, 'direct child', 'direct children')}`
  const all = truncated ? `the first ${count(graph.nodes.size)}` : count(graph.nodes.size)
  const more = truncated ? `; more than these lie within the hops` : ''
  return `${count(drawn)} of ${all} models shown${more}. It has ${near === 0 ? 'no neighbours' : direct}.`
}

function Legend() {
  return (
    <ul class="legend">
      <li>Percentages: the share of a child's revenue that the parent gets</li>
      <li>Dashed: named by others, not seen yet</li>
      <li class="bad">Red: part of a circle, carries no share</li>
      <li>⇄: from one chain to another</li>
    </ul>
  )
}

function lineageCsv({ nodes, edges }: ReturnType<typeof filtered>): string {
  const head = [
    'child',
    'child_name',
    'parent',
    'parent_name',
    'role',
    'share_ppm',
    'cyclic',
    'crosses_chains',
  ]
  return csvOf(
    head,
    edges.map(({ childId, parentId, role, sharePpm, cyclic }) => {
      const [child, parent] = [nodes.get(childId)!.model, nodes.get(parentId)!.model]
      const crosses = String(child.chain !== parent.chain)
      return [childId, child.name, parentId, parent.name, role, sharePpm, String(cyclic ?? false), crosses]
    }),
  )
}
