import { DirectedGraph } from 'graphology'
import { useEffect, useRef, useState } from 'preact/hooks'
import Sigma from 'sigma'
import { href } from '../address/url'
import { go } from '../address/useUrl'
import { modelName } from '../parts/links'
import { count } from '../words/numbers'
import type { MapPlace } from './mapPlace'

interface Props {
  root: string
  places: readonly MapPlace[]
  links: readonly { child: number; parent: number; edges: number }[]
}

/** Columns stand so far apart that a drawing is about twice as wide as it is high. */
const WIDTH = 2
/** Radius of a dot in pixels; one of many models is larger, by its area. */
const SIZE = { one: 3, most: 14 }

/** Dots and lines by WebGL. What it shows is beside it as a list. */
export function LineageMap({ root, places, links }: Props) {
  const at = useRef<HTMLDivElement>(null)
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    let drawn: Sigma | undefined
    const again = () => {
      drawn?.kill()
      try {
        drawn = draw(at.current!, { root, places, links })
      } catch {
        drawn = undefined
        setFailed(true)
      }
    }
    again()
    const theme = new MutationObserver(again)
    theme.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const system = matchMedia('(prefers-color-scheme: dark)')
    system.addEventListener('change', again)
    return () => {
      theme.disconnect()
      system.removeEventListener('change', again)
      drawn?.kill()
    }
  }, [root, places, links])
  if (failed) return <p class="state">This browser draws no WebGL: the list below has the same.</p>
  return <div ref={at} class="map" aria-hidden="true" />
}

function draw(box: HTMLElement, { root, places, links }: Props): Sigma {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const graph = new DirectedGraph()
  const columns = places.map(({ column }) => column)
  const [first, last] = [Math.min(...columns), Math.max(...columns)]
  const chains = [...new Set(places.map(({ model }) => model.chain))]
  const colours = ['--accent', '--good', '--warn', '--muted'].map(colour)
  for (const [i, { column, y, models, model }] of places.entries()) {
    const isRoot = model.id === root
    graph.addNode(i, {
      x: last === first ? 0 : (WIDTH * (column - first)) / (last - first),
      y: 1 - y,
      size: isRoot ? SIZE.most : Math.min(SIZE.most, SIZE.one * Math.sqrt(models)),
      label: models === 1 ? modelName(model) : `${modelName(model)} and ${count(models - 1)} beside it`,
      color: isRoot ? colour('--bad') : colours[chains.indexOf(model.chain) % colours.length],
      forceLabel: isRoot,
    })
  }
  for (const { child, parent, edges } of links)
    graph.addEdge(parent, child, { size: Math.min(4, 0.5 + Math.log10(edges)), color: colour('--line') })
  // Pointing at a dot shows its own lines alone.
  let pointed: string | undefined
  const sigma = new Sigma(graph, box, {
    labelColor: { color: colour('--text') },
    labelDensity: 0.4,
    // Thousands of lines need not be drawn anew for each frame of a move.
    hideEdgesOnMove: true,
    hideLabelsOnMove: true,
    zIndex: true,
    edgeReducer: (edge, data) => {
      if (pointed === undefined) return data
      return graph.hasExtremity(edge, pointed)
        ? { ...data, color: colour('--accent'), zIndex: 1 }
        : { ...data, hidden: true }
    },
  })
  const point = (node: string | undefined) => {
    pointed = node
    sigma.scheduleRefresh()
  }
  sigma.on('enterNode', ({ node }) => point(node))
  sigma.on('leaveNode', () => point(undefined))
  sigma.on('clickNode', ({ node }) => go(href('/model', { id: places[Number(node)]!.model.id })))
  return sigma
}
