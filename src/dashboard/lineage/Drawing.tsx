import type { RefObject } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { change } from '../address/useUrl'
import { modelName } from '../parts/links'
import { count, ppm } from '../words/numbers'
import { cut } from '../words/text'
import { type Graph, throughModel } from './graph'
import { BOX, layoutOf, type PlacedNode } from './layout'

/** The lineage as boxes and lines. Pointing at a model, or reaching it by keyboard, dims all but the ways through it. */
export function Drawing(props: {
  graph: Graph
  hidden: ReadonlyMap<string, number>
  open: readonly string[]
  pinned: string | undefined
  drawing: RefObject<SVGSVGElement | null>
}) {
  const { graph, hidden, open, pinned, drawing } = props
  const layout = useMemo(() => layoutOf(graph), [graph.nodes.size, graph.edges.length, graph])
  const [at, setAt] = useState<string>()
  const lit = useMemo(() => (at && graph.nodes.has(at) ? throughModel(graph, at) : undefined), [graph, at])
  const box = useRef<HTMLDivElement>(null)
  const root = layout.nodes.find(({ model }) => model.id === graph.root)!
  useEffect(() => {
    const { clientWidth, clientHeight } = box.current!
    box.current!.scrollTo(
      root.x + BOX.width / 2 - clientWidth / 2,
      root.y + BOX.height / 2 - clientHeight / 2,
    )
  }, [root.x, root.y])
  const dims = (...ids: string[]) => (lit && !ids.every(id => lit.has(id)) ? ' dim' : '')
  const pin = (id: string) => change({ pin: id === pinned ? null : id }, { replace: true })

  return (
    <div
      class="drawing"
      ref={box}
      role="group"
      aria-label="Drawing of the lineage"
      tabindex={0}
      onPointerDown={drag}
    >
      <svg
        ref={drawing}
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label="Lineage, from what it was made of at the left to what was made of it at the right"
        onMouseLeave={() => setAt(undefined)}
      >
        {layout.edges.map(edge => (
          <g
            key={edge.id}
            class={`edge${edge.cyclic ? ' cyclic' : ''}${edge.crossesChains ? ' crosses' : ''}${dims(edge.childId, edge.parentId)}`}
          >
            <path d={edge.d} />
            <text x={edge.at.x} y={edge.at.y - 4}>
              {edge.crossesChains && '⇄ '}
              {edge.sharePpm !== null && ppm(edge.sharePpm)}
            </text>
          </g>
        ))}
        {layout.nodes.map(node => (
          <Box
            key={node.model.id}
            node={node}
            look={`${node.model.id === graph.root ? ' root' : ''}${node.model.status === 'STUB' ? ' unseen-yet' : ''}${dims(node.model.id)}`}
            pressed={node.model.id === pinned}
            onPoint={setAt}
            onPress={pin}
          />
        ))}
        {layout.nodes
          .filter(({ model }) => hidden.has(model.id) && !open.includes(model.id))
          .map(node => (
            <More
              key={node.model.id}
              node={node}
              hidden={hidden.get(node.model.id)!}
              open={open}
              dim={dims(node.model.id)}
            />
          ))}
      </svg>
    </div>
  )
}

/** Moves the drawing with the mouse; fingers scroll it anyway. A box that is pressed is pressed, not dragged. */
function drag(down: PointerEvent): void {
  const box = down.currentTarget as HTMLElement
  if (down.pointerType !== 'mouse' || down.button !== 0 || (down.target as Element).closest('.box, .more'))
    return
  down.preventDefault()
  const from = { x: box.scrollLeft + down.clientX, y: box.scrollTop + down.clientY }
  const move = (event: PointerEvent) => box.scrollTo(from.x - event.clientX, from.y - event.clientY)
  const up = () => {
    removeEventListener('pointermove', move)
    removeEventListener('pointerup', up)
  }
  addEventListener('pointermove', move)
  addEventListener('pointerup', up)
}

const onKeys = (act: () => void) => (event: KeyboardEvent) => {
  if (event.key !== 'Enter' && event.key !== ' ') return
  event.preventDefault()
  act()
}

function Box(props: {
  node: PlacedNode
  look: string
  pressed: boolean
  onPoint: (id: string | undefined) => void
  onPress: (id: string) => void
}) {
  const { node, pressed, onPoint, onPress } = props
  const { id, kind } = node.model
  const name = modelName(node.model)
  const beside = `${(kind ?? 'not seen yet').toLowerCase()}${node.share === null ? '' : ` · ${ppm(node.share)}`}`
  return (
    <g
      class={`box${props.look}`}
      transform={`translate(${node.x} ${node.y})`}
      role="button"
      tabindex={0}
      aria-pressed={pressed}
      onClick={() => onPress(id)}
      onKeyDown={onKeys(() => onPress(id))}
      onMouseEnter={() => onPoint(id)}
      onFocus={() => onPoint(id)}
      onBlur={() => onPoint(undefined)}
    >
      <title>{cut(`${name}, ${beside}, ${relation(node.column)}: ${id}`, 200)}</title>
      <rect width={BOX.width} height={BOX.height} rx="7" />
      <text x="10" y="18">
        {cut(name, 23)}
      </text>
      <text x="10" y="34" class="beside">
        {beside}
      </text>
    </g>
  )
}

/** What of its neighbours is not drawn, to be opened. */
function More(props: { node: PlacedNode; hidden: number; open: readonly string[]; dim: string }) {
  const { node, hidden, open, dim } = props
  const shown = Math.min(hidden, 999)
  const act = () => change({ open: [...open, node.model.id] })
  return (
    <g
      class={`more${dim}`}
      transform={`translate(${node.x + BOX.width - 40} ${node.y + BOX.height - 20})`}
      role="button"
      tabindex={0}
      onClick={act}
      onKeyDown={onKeys(act)}
    >
      <title>{`Show ${count(hidden)} more beside ${modelName(node.model)}`}</title>
      <rect width="46" height="24" rx="12" />
      <text x="23" y="16">
        +{shown}
      </text>
    </g>
  )
}

/** In words, for who does not see the columns. */
export function relation(column: number): string {
  if (column === 0) return 'the model itself'
  const hops = Math.abs(column)
  const side = column < 0 ? 'up' : 'down'
  return `${hops} ${hops === 1 ? 'hop' : 'hops'} ${side}`
}
