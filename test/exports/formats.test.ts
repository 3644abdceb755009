import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FORMATS } from '../../src/exports/formats'
import { lineageDocument } from '../../src/exports/lineageDocument'
import { withSnapshot } from '../../src/postgres/snapshot'
import { ACCOUNT, ADDRESS, MODEL, setHeights, type TestApi, testApi } from '../api/apiFixture'
import { putEdges } from '../graph/rows'
import { canonicalXml, wrongWith } from './schemas'

const [ROOT, PARENT, DATA, LIBRARY, OUROBOROS] = [1, 2, 3, 4, 5].map(n => MODEL(n)) as [
  string,
  string,
  string,
  string,
  string,
]
/** On a chain that nobody indexes, of an id that no URI and no XML name can hold as it is. */
const STUB = `eip155:1/story:${ADDRESS(0xfa)}"<&>%2F é).`
const MEGABYTE = ']]><script>&\u0001'.repeat(70_000)
const MARKUP = '\u0001\u000b\ufffe\r\n\t"\'</data>&amp;<!--\u202e😀'

/** What XML cannot hold, of these. */
const NOT_XML = ['\u0001', '\u000b', '\ufffe']

const inputs = [
  { child: ROOT, parent: PARENT, sharePpm: 50_000 },
  { child: ROOT, parent: DATA, role: 'DATASET', sharePpm: null },
  { child: ROOT, parent: STUB, ordinal: 1, sharePpm: 10_000 },
  { child: PARENT, parent: LIBRARY, role: 'COMPONENT', sharePpm: 200_000 },
  { child: LIBRARY, parent: OUROBOROS, sharePpm: 300_000 },
  { child: OUROBOROS, parent: LIBRARY, sharePpm: 400_000 },
  { child: OUROBOROS, parent: OUROBOROS, role: 'SERVICE', sharePpm: null },
]
/** as `child role parent share`, with a mark on those that lie on a circle: the last three */
const links = inputs
  .map(
    ({ child, parent, role = 'PARENT', sharePpm }, n) =>
      `${child} ${role} ${parent} ${sharePpm ?? undefined}${n > 3 ? ' cyclic' : ''}`,
  )
  .sort()
const ids = [ROOT, PARENT, DATA, LIBRARY, OUROBOROS, STUB].sort()

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 12, finalized: 10, time: new Date('2026-02-03T04:05:06.789Z') })
  await putEdges(api.pool, inputs)
  const rows: Record<string, unknown>[] = [
    { id: ROOT, name: MEGABYTE, ownerId: ACCOUNT(1), metadataUri: `https://x.test/${'y'.repeat(2100)}` },
    { id: PARENT, name: MARKUP, contentHash: `0x${'ab'.repeat(32)}`, metadataUri: 'javascript:"<x>&\u0002' },
    { id: DATA, kind: 'DATASET', name: '' },
    { id: LIBRARY, kind: 'COMPONENT', name: null, tainted: true, ownerId: ACCOUNT(1) },
    { id: OUROBOROS, kind: 'SERVICE' },
  ]
  await api.insert('Model', ...rows)
})
afterAll(() => api?.close())

const textOf = async (format: string, model = ROOT) => {
  const response = await fetch(`${api.url}/lineage/${encodeURIComponent(model)}.${format}`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, FORMATS[format]!.contentType])
  return response.text()
}
const documentOf = (model: string) =>
  withSnapshot(api.pool, { timeoutMs: 10_000 }, db => lineageDocument(db, model))

/** What a file says, whatever its format. */
interface Read {
  complete: boolean
  names: Map<string, string>
  /** complete, incomplete or unknown */
  links: Map<string, string>
  edges: string[]
}
const shown = (child: unknown, facts: Record<string, unknown>, parent: unknown) =>
  `${child} ${facts.role} ${parent} ${facts.sharePpm}${String(facts.cyclic) === 'true' ? ' cyclic' : ''}`

const readers: Record<string, (text: string) => Promise<Read>> = {
  graphml: async text => {
    const xml = await canonicalXml(text)
    const dataIn = (inside: string) => {
      const all = [...inside.matchAll(/<data key="\w+-(\w+)">([^<]*)<\/data>/g)]
      return Object.fromEntries(all.map(([, name, value]) => [name!, unescaped(value!)]))
    }
    const nodes = [...xml.matchAll(/<node id="(\w+)">(.*?)<\/node>/gs)].map(
      ([, id, inside]) => [id!, dataIn(inside!)] as const,
    )
    const node = new Map(nodes)
    const edges = [...xml.matchAll(/<edge id="\w+" source="(\w+)" target="(\w+)">(.*?)<\/edge>/gs)]
    return {
      complete: dataIn(/<graph .*?(?=<node)/s.exec(xml)![0]).complete === 'true',
      names: new Map(nodes.map(([, { id, name }]) => [id!, name!])),
      links: new Map(nodes.map(([, { id, links }]) => [id!, links!])),
      edges: edges.map(([, from, to, inside]) =>
        shown(node.get(from!)!.id, dataIn(inside!), node.get(to!)!.id),
      ),
    }
  },
  'prov.json': async text => {
    const { entity, wasDerivedFrom, wasInfluencedBy, hadMember } = JSON.parse(text)
    const member = Object.values<Record<string, string>>(hadMember)
    const [lineage, ...models] = Object.entries<Record<string, string>>(entity)
    expect(member.map(one => one['prov:entity'])).toEqual(models.map(([name]) => name))
    const idOf = (name: string) => entity[name]['provenance:id']
    const facts = (one: Record<string, string>) =>
      Object.fromEntries(Object.entries(one).map(([name, value]) => [name.replace('provenance:', ''), value]))
    return {
      complete: Boolean(lineage![1]['provenance:complete']),
      names: new Map(models.map(([name, one]) => [idOf(name), one['prov:label']!])),
      links: new Map(models.map(([name, one]) => [idOf(name), one['provenance:links']!])),
      edges: [
        ...Object.values<Record<string, string>>(wasDerivedFrom).map(one =>
          shown(idOf(one['prov:generatedEntity']!), facts(one), idOf(one['prov:usedEntity']!)),
        ),
        ...Object.values<Record<string, string>>(wasInfluencedBy).map(one =>
          shown(idOf(one['prov:influencee']!), facts(one), idOf(one['prov:influencer']!)),
        ),
      ],
    }
  },
  'spdx.json': async text => {
    // biome-ignore lint/suspicious/noExplicitAny: what the schema says
    const graph: any[] = JSON.parse(text)['@graph']
    const facts = (extension: { extension_cdxProperty: Record<string, string>[] }) =>
      Object.fromEntries(
        extension.extension_cdxProperty.map(one => [
          one.extension_cdxPropName!.replace('provenance:', ''),
          one.extension_cdxPropValue,
        ]),
      )
    const document = graph.find(({ type }) => type === 'SpdxDocument')
    expect(new Set(document.element)).toEqual(
      new Set(graph.slice(1).flatMap(({ type, spdxId }) => (type === 'SpdxDocument' ? [] : [spdxId]))),
    )
    const packages = graph.filter(({ type }) => /Package$/.test(type))
    const idOf = new Map(packages.map(one => [one.spdxId, one.externalIdentifier[0].identifier]))
    const relationships = graph.filter(({ type }) => type === 'Relationship')
    const links = relationships.map(({ from, completeness }) => [idOf.get(from), completeness])
    return {
      complete: facts(document.extension[0]).complete === 'true',
      names: new Map(packages.map(({ spdxId, name }) => [idOf.get(spdxId), name])),
      links: new Map(links.map(([id, known]) => [id, known === 'noAssertion' ? 'unknown' : known])),
      edges: relationships.flatMap(({ from, to, extension = [] }) =>
        extension.map((one: Parameters<typeof facts>[0]) => {
          const said = facts(one)
          expect(to.map((parent: string) => idOf.get(parent))).toContain(said.parent)
          return shown(idOf.get(from), said, said.parent)
        }),
      ),
    }
  },
}

/** What the published schema must not let through: else it checks nothing. */
const broken: Record<string, [string, string]> = {
  'spdx.json': ['"SoftwareAgent"', '"Nonsense"'],
  'prov.json': ['"wasDerivedFrom"', '"wasNonsense"'],
  graphml: ['<node id="n0">', '<node id="n/0">'],
}

describe.each(Object.keys(wrongWith))('a file in %s', format => {
  test('of any model is as the published schema has it, the same byte for byte', async () => {
    for (const id of ids) {
      const text = await textOf(format, id)
      expect(await wrongWith[format]!(text)).toEqual([])
      expect(FORMATS[format]!.write(await documentOf(id))).toBe(text)
    }
    expect(await wrongWith[format]!((await textOf(format)).replace(...broken[format]!))).not.toEqual([])
  })

  test('has all models and links, their shares and circles, and names that do no harm', async () => {
    const text = await textOf(format)
    expect(text).toContain('0xb12')
    const { complete, names, links: known, edges } = await readers[format]!(text)
    expect(edges.sort()).toEqual(links)
    expect(complete).toBe(true)
    expect([...names.keys()].sort()).toEqual(ids)
    expect([known.get(STUB), known.get(ROOT), known.get(DATA)]).toEqual(['unknown', 'complete', 'complete'])
    const kept = (name: string) =>
      format === 'graphml' ? [...name].map(one => (NOT_XML.includes(one) ? '\ufffd' : one)).join('') : name
    expect(names.get(PARENT)).toBe(kept(MARKUP))
    expect(names.get(ROOT)).toBe(kept(`${MEGABYTE.slice(0, 999)}…`))
    expect(names.get(DATA)).toBe(DATA)
    expect(text).not.toContain('yyyy')
  })

  test('says that it is incomplete where ancestors were left out', async () => {
    const text = FORMATS[format]!.write({ ...(await documentOf(ROOT)), complete: false })
    expect(await wrongWith[format]!(text)).toEqual([])
    const { complete, links: known } = await readers[format]!(text)
    expect([complete, known.get(STUB), known.get(ROOT)]).toEqual([false, 'unknown', 'incomplete'])
  })
})

function unescaped(text: string): string {
  const meant: Record<string, string> = { amp: '&', lt: '<', gt: '>', '#xD': '\r' }
  return text.replace(/&(amp|lt|gt|#xD);/g, (_, name: string) => meant[name]!)
}
