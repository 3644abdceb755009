import { type SankeyLink, type SankeyNode, sankey, sankeyLinkHorizontal } from 'd3-sankey'
import { useEffect, useRef, useState } from 'preact/hooks'
import { href } from '../address/url'
import { type AmountToken, symbolOf } from '../parts/Amount'
import { modelName } from '../parts/links'
import { ratioOf, showAmount } from '../words/amount'
import { counted } from '../words/numbers'
import { cut } from '../words/text'
import type { Flow } from './flows'

interface Place {
  key: string
  title: string
  to?: string
  amount: string
}
type Band = { amount: string }
type Node = SankeyNode<Place, Band>

const ROW = 34
const NARROW = 560

/** Who paid the model, and whom it paid, in one token. A band's width is its part of all that is shown. */
export function Sankey(props: {
  id: string
  name: string
  token: AmountToken | null
  incoming: readonly Flow[]
  outgoing: readonly Flow[]
}) {
  const { id, name, token, incoming, outgoing } = props
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(800)
  useEffect(() => {
    const size = new ResizeObserver(([entry]) =>
      setWidth(Math.max(NARROW, Math.floor(entry!.contentRect.width))),
    )
    size.observe(box.current!)
    return () => size.disconnect()
  }, [])
  const sum = (flows: readonly Flow[]) => flows.reduce((total, { amount }) => total + BigInt(amount), 0n)
  const [all, paid] = [sum(incoming), sum(outgoing)]
  // biome-ignore lint/complexity/useMathMinMax: these are of any size
  const largest = all > paid ? all : paid
  const placeOf =
    (side: string) =>
    (flow: Flow, i: number): Place => ({
      key: `${side}${i}`,
      title: flow.model
        ? flow.model.id === id
          ? 'its own use'
          : modelName(flow.model)
        : counted(flow.others, 'other'),
      to: flow.model && flow.model.id !== id ? href('/model', { id: flow.model.id }) : undefined,
      amount: flow.amount,
    })
  const middle: Place = { key: 'middle', title: name, amount: String(largest) }
  const height = Math.max(120, Math.max(incoming.length, outgoing.length) * ROW)
  // Floats are for the picture alone; a flow too small to be seen keeps a line.
  const value = (amount: string) => Math.max(ratioOf(amount, String(largest)), 0.002)
  const { nodes, links } = sankey<Place, Band>()
    .nodeId(node => node.key)
    .nodeWidth(10)
    .nodePadding(14)
    .extent([
      [150, 4],
      [width - 150, height - 4],
    ])({
    nodes: [...incoming.map(placeOf('in')), middle, ...outgoing.map(placeOf('out'))],
    links: [
      ...incoming.map(({ amount }, i) => ({
        source: `in${i}`,
        target: 'middle',
        amount,
        value: value(amount),
      })),
      ...outgoing.map(({ amount }, i) => ({
        source: 'middle',
        target: `out${i}`,
        amount,
        value: value(amount),
      })),
    ],
  })
  const path = sankeyLinkHorizontal<Place, Band>()
  const words = (amount: string) => `${showAmount(amount, token?.decimals).short} ${symbolOf(token)}`
  return (
    <div class="sankey scrolls" ref={box} role="group" aria-label="Flow of royalties" tabindex={0}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`Royalties through ${name}`}
      >
        {links.map((link: SankeyLink<Place, Band>, i) => (
          <path key={i} d={path(link) ?? ''} stroke-width={Math.max(1, link.width ?? 1)} class="band">
            <title>{`${(link.source as Node).title} → ${(link.target as Node).title}: ${showAmount(link.amount, token?.decimals).full} ${symbolOf(token)}`}</title>
          </path>
        ))}
        {nodes.map(node => (
          <Label key={node.key} node={node} words={words(node.amount)} />
        ))}
      </svg>
    </div>
  )
}

function Label({ node, words }: { node: Node; words: string }) {
  const { x0 = 0, x1 = 0, y0 = 0, y1 = 0, key, title, to } = node
  const left = key.startsWith('in')
  const text = (
    <text x={left ? x0 - 6 : x1 + 6} y={(y0 + y1) / 2 + 4} text-anchor={left ? 'end' : 'start'}>
      {cut(title, 20)}
    </text>
  )
  return (
    <g>
      <rect x={x0} y={y0} width={x1 - x0} height={Math.max(1, y1 - y0)} class="part" />
      <title>{`${title}: ${words}`}</title>
      {to ? <a href={to}>{text}</a> : text}
    </g>
  )
}
