import { edgeFacts, type Facts, linksOf, modelFacts, nameOf, placesOf } from './facts'
import type { LineageDocument } from './lineageDocument'

type Kind = 'string' | 'int' | 'long' | 'boolean'
type Values = Facts | Record<string, string | number | boolean | undefined>

/** What each element may say, and as what: http://graphml.graphdrawing.org/primer/graphml-primer.html#Attributes */
const KEYS: Record<'graph' | 'node' | 'edge', Record<string, Kind>> = {
  graph: { root: 'string', complete: 'boolean', heights: 'string' },
  node: {
    id: 'string',
    name: 'string',
    links: 'string',
    version: 'int',
    metadataUri: 'string',
    chain: 'string',
    depth: 'int',
    sharePpm: 'int',
    status: 'string',
    kind: 'string',
    contentHash: 'string',
    owner: 'string',
    tainted: 'boolean',
    block: 'long',
    transaction: 'string',
  },
  edge: {
    role: 'string',
    sharePpm: 'int',
    share: 'string',
    policy: 'string',
    cyclic: 'boolean',
    terms: 'string',
    block: 'long',
    transaction: 'string',
  },
}

/** GraphML 1.0: child to parent. Elements are numbered: an id of ours is no NMTOKEN, which one of an element must be. */
export function graphml(document: LineageDocument): string {
  const { models, edges, complete } = document
  const numbers = new Map(models.map(({ id }, n) => [id, n]))
  const heights = placesOf(document).map(({ chain, place }) => `${chain} ${place}`)
  const keys = Object.entries(KEYS).flatMap(([target, names]) =>
    Object.entries(names).map(([name, kind]) => {
      const key = `<key id="${target}-${name}" for="${target}" attr.name="${name}" attr.type="${kind}"`
      return kind === 'boolean' && target !== 'graph' ? `${key}><default>false</default></key>` : `${key}/>`
    }),
  )
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys,
    '<graph id="lineage" edgedefault="directed">',
    ...dataOf('graph', { root: models[0]!.id, complete, heights: heights.join('\n') }),
    ...models.flatMap((model, n) => {
      const { row } = model
      const said = {
        id: model.id,
        name: nameOf(model),
        links: linksOf(model, document),
        version: row?.version,
        metadataUri: row?.metadataUri ?? undefined,
        ...modelFacts(model),
      }
      return [`<node id="n${n}">`, ...dataOf('node', said), '</node>']
    }),
    ...edges.flatMap((edge, n) => [
      `<edge id="e${n}" source="n${numbers.get(edge.childId)}" target="n${numbers.get(edge.parentId)}">`,
      ...dataOf('edge', edgeFacts(edge)),
      '</edge>',
    ]),
    '</graph>',
    '</graphml>',
  ].join('\n')}\n`
}

function dataOf(target: keyof typeof KEYS, values: Values): string[] {
  return Object.keys(KEYS[target]).flatMap(name => {
    const value = values[name]
    return value === undefined ? [] : [`<data key="${target}-${name}">${xmlText(String(value))}</data>`]
  })
}

/** What XML 1.0 cannot hold, not even escaped (2.2, Char). */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const ESCAPED: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' }

function xmlText(text: string): string {
  return text.replace(NOT_XML, '\ufffd').replace(/[&<>\r]/g, one => ESCAPED[one]!)
}
