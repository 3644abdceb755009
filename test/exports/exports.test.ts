import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import Ajv from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import { uuid5 } from '../../src/exports/uuid5'
import { ACCOUNT, ADDRESS, CHAIN, MODEL, setHeights, type TestApi, testApi } from '../api/apiFixture'
import { bruteDepths, bruteShare, edgeOf } from '../graph/bruteLineage'
import { type EdgeInput, putEdges, seeded } from '../graph/rows'

/** What was published, in test/data/cyclonedx (see its README). Its formats of texts are not checked. */
const schemas = join(packageRoot, 'test/data/cyclonedx')
const ajv = new Ajv({ strict: false, validateFormats: false })
for (const file of readdirSync(schemas).filter(name => name.endsWith('.json')))
  ajv.addSchema(JSON.parse(readFileSync(join(schemas, file), 'utf8')), `http://cyclonedx.org/schema/${file}`)
const isCyclonedx = ajv.getSchema('http://cyclonedx.org/schema/bom-1.7.SNAPSHOT.schema.json')!

const MODELS = 14
const random = seeded(3)
const int = (below: number) => Math.floor(random() * below)
const ids = Array.from({ length: MODELS }, (_, n) => MODEL(n + 1))
const STUB = `eip155:1514/story:${ADDRESS(0xfa)}`
/** Several roles, a circle, an edge to itself, and parents that nobody has seen. */
const inputs: EdgeInput[] = [
  ...Array.from({ length: 24 }, () => {
    const [a, b] = [int(MODELS), int(MODELS)].sort((x, y) => x - y) as [number, number]
    const [child, parent] = random() < 0.9 ? [b, a] : [a, b]
    const role = ['PARENT', 'PARENT', 'DATASET', 'COMPONENT', 'SERVICE'][int(5)]!
    return {
      child: ids[child]!,
      parent: ids[parent]!,
      role,
      ordinal: int(3),
      sharePpm: random() < 0.2 ? null : int(300_000),
    }
  }),
  { child: ids[3]!, parent: STUB },
]
const edges = [...new Map(inputs.map(edge => [edgeOf(edge).id, edge])).values()].map(edgeOf)
const KINDS = ['MODEL', 'GROUP', 'DATASET', 'COMPONENT', 'SERVICE']
const URIS = [null, 'ipfs://bafy/meta.json', 'not a uri', 'https://huggingface.co/org/base-7b/raw/main/x', '']

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  await setHeights(api.pool, { height: 12, finalized: 10, time: new Date('2026-02-03T04:05:06Z') })
  await putEdges(
    api.pool,
    edges.map(edge => ({ ...edge, child: edge.childId, parent: edge.parentId })),
  )
  for (const [n, id] of ids.entries())
    await api.insert('Model', {
      id,
      kind: KINDS[n % 5],
      name: [`model ${n}`, null, '"\u202e\n</x>', ''][n % 4],
      metadataUri: URIS[n % URIS.length],
      contentHash: n % 2 ? `0x${'ab'.repeat(32)}` : null,
      ownerId: n % 3 ? ACCOUNT(n) : null,
      version: n + 1,
    })
})
afterAll(() => api?.close())

const get = (path: string) => fetch(`${api.url}/lineage/${path}`)
const textOf = async (model: string, format: string) => {
  const response = await get(`${encodeURIComponent(model)}.${format}`)
  expect(response.status).toBe(200)
  return response.text()
}
// biome-ignore lint/suspicious/noExplicitAny: what the schema says
const bomOf = async (model: string): Promise<any> => JSON.parse(await textOf(model, 'cdx.json'))
const propertyOf = (one: { properties: { name: string; value: string }[] }, name: string) =>
  one.properties.find(property => property.name === `provenance:${name}`)?.value

describe('a CycloneDX file', () => {
  test('of any model is as the published schema has it, and has its ancestors, their shares and all links', async () => {
    for (const id of [...ids, STUB]) {
      const bom = await bomOf(id)
      isCyclonedx(bom)
      expect(isCyclonedx.errors ?? []).toEqual([])
      const depths = bruteDepths(id, edges, 'ANCESTORS')
      const all = [bom.metadata.component, ...bom.components]
      expect(bom.metadata.component['bom-ref']).toBe(id)
      expect(new Set(bom.components.map((one: Record<string, string>) => one['bom-ref']))).toEqual(
        new Set(depths.keys()),
      )
      const inside = new Set([id, ...depths.keys()])
      const links = edges.filter(edge => inside.has(edge.childId))
      for (const component of all) {
        const ref = component['bom-ref']
        expect(propertyOf(component, 'chain')).toBe(ref.split('/')[0])
        expect(propertyOf(component, 'depth')).toBe(`${depths.get(ref) ?? 0}`)
        if (ref !== id) expect(propertyOf(component, 'sharePpm')).toBe(`${bruteShare(id, ref, edges)}`)
        const own = links.filter(edge => edge.childId === ref)
        const said = (component.pedigree?.ancestors ?? []).map(
          (one: { properties: [] }) =>
            `${propertyOf(one, 'role')} ${propertyOf(one, 'id')} ${propertyOf(one, 'sharePpm')}`,
        )
        expect(said.sort()).toEqual(
          own.map(edge => `${edge.role} ${edge.parentId} ${edge.sharePpm ?? undefined}`).sort(),
        )
        const { dependsOn = [] } = bom.dependencies.find((one: { ref: string }) => one.ref === ref)
        expect(new Set(dependsOn)).toEqual(
          new Set(own.map(edge => edge.parentId).filter(parent => parent !== ref)),
        )
      }
      const known = (row: boolean) =>
        [...inside].filter(one => (one !== STUB) === row).sort((a, b) => order(bom, a, b))
      expect(bom.compositions).toEqual(
        [
          { aggregate: 'complete', dependencies: known(true) },
          { aggregate: 'unknown', dependencies: known(false) },
        ].filter(({ dependencies }) => dependencies.length > 0),
      )
    }
  })

  test('is the same byte for byte until a block comes, and then another', async () => {
    const [first, again] = [await textOf(ids.at(-1)!, 'cdx.json'), await textOf(ids.at(-1)!, 'cdx.json')]
    expect(again).toBe(first)
    const { serialNumber, metadata } = JSON.parse(first)
    expect(metadata.timestamp).toBe('2026-02-03T04:05:06.000Z')
    expect(metadata.properties).toEqual([{ name: `provenance:height:${CHAIN}`, value: '12 0xb12' }])
    await setHeights(api.pool, { height: 13, finalized: 10, time: new Date('2026-02-03T04:05:08Z') })
    expect((await bomOf(ids.at(-1)!)).serialNumber).not.toBe(serialNumber)
  })

  test('says that it is incomplete where ancestors were left out', async () => {
    // Many beside one another: a line as long would take some seconds on a busy machine.
    const parents = Array.from({ length: 5001 }, (_, n) => ({ child: MODEL(5000), parent: MODEL(5001 + n) }))
    await putEdges(api.pool, parents)
    await api.insert('Model', { id: MODEL(5000) })
    const bom = await bomOf(MODEL(5000))
    expect(bom.components).toHaveLength(5000)
    expect(bom.compositions[0]).toEqual({ aggregate: 'incomplete', dependencies: [MODEL(5000)] })
  })
})

test("a Hugging Face card's block names the direct parents and datasets", async () => {
  const [child, base, merged, data] = [601, 602, 603, 604].map(n => MODEL(n))
  await putEdges(api.pool, [
    { child: child!, parent: merged!, ordinal: 1 },
    { child: child!, parent: base!, ordinal: 0 },
    { child: child!, parent: data!, role: 'DATASET' },
    { child: base!, parent: MODEL(605) },
  ])
  await api.insert('Model', { id: base, metadataUri: 'https://huggingface.co/org/base-7b' })
  await api.insert('Model', { id: data, metadataUri: 'https://huggingface.co/datasets/org/web_text' })
  const text = await textOf(child!, 'hf.yaml')
  expect(text).toMatch(/^---\n[\s\S]*\n---\n$/)
  expect(parse(text.slice(4, -4))).toEqual({
    base_model: ['org/base-7b', merged],
    datasets: ['org/web_text'],
  })
  expect(await textOf(MODEL(605), 'hf.yaml')).toBe('---\n---\n')
})

describe('GET /lineage', () => {
  test('takes an id as it is, checksummed or encoded, and names the file', async () => {
    const id = STUB.replace('fa', 'Fa')
    const plain = await get(`${id}.cdx.json`)
    expect(plain.status).toBe(200)
    expect(plain.headers.get('content-type')).toBe('application/vnd.cyclonedx+json; version=1.7')
    expect(plain.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.cdx\.json"$/)
    expect(await plain.text()).toBe(await textOf(STUB, 'cdx.json'))
  })

  test.each([
    ['nonsense.cdx.json', 400, 'MALFORMED_ID'],
    ['%E0%A4%A.cdx.json', 400, 'MALFORMED_ID'],
    ['eip155:1%2Fstory:%00.cdx.json', 400, 'MALFORMED_ID'],
    ['eip155:1/story:0x99.cdx.json', 404, 'UNKNOWN_MODEL'],
    [`${encodeURIComponent(STUB)}.pdf`, 404, 'UNKNOWN_FORMAT'],
    ['', 404, 'UNKNOWN_FORMAT'],
  ])('%s is answered %i', async (path, status, code) => {
    const response = await get(path)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code, fix: expect.any(String) } })
  })

  test('takes no other method', async () => {
    const response = await fetch(`${api.url}/lineage/x.cdx.json`, { method: 'DELETE' })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET'])
  })
})

test('`provenance lineage` writes the same bytes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'provenance-lineage-'))
  try {
    const config = join(folder, 'config.yaml')
    const contracts = { registry: ADDRESS(1), poolFactory: ADDRESS(2), router: ADDRESS(3) }
    const chain = {
      id: 31337,
      name: 'local',
      rpc: 'http://127.0.0.1:9',
      protocols: { reference: { firstBlock: 0, contracts } },
    }
    writeFileSync(config, stringify({ postgres: { url: api.database.url }, chains: [chain] }))
    const run = (...args: string[]) =>
      promisify(execFile)(process.execPath, [
        join(packageRoot, 'bin/provenance.js'),
        'lineage',
        ...args,
        '--config',
        config,
      ])
    const { stdout } = await run(ids.at(-1)!, '--format', 'cdx.json')
    expect(stdout).toBe(await textOf(ids.at(-1)!, 'cdx.json'))
    await expect(run('eip155:1/story:0x99')).rejects.toMatchObject({
      stderr: expect.stringMatching(/no model .*\n {2}fix: /),
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
})

// As Python's uuid.uuid5(uuid.NAMESPACE_URL, …) has it.
test('a UUID of a name is that of RFC 9562', () => {
  expect(uuid5('http://www.example.com/')).toBe('fcde3c85-2270-590f-9e7c-ee003d65e0e2')
})

/** By their places among the components. */
function order(bom: { metadata: { component: object }; components: object[] }, a: string, b: string): number {
  const refs = [bom.metadata.component, ...bom.components].map(
    one => (one as Record<string, string>)['bom-ref'],
  )
  return refs.indexOf(a) - refs.indexOf(b)
}
