import { afterAll, beforeAll, expect, test } from 'vitest'
import { ACCOUNT, CHAIN, MODEL, type TestApi, testApi } from './apiFixture'

const [CHILD, PARENT, DATASET, FAR] = [MODEL(1), MODEL(2), MODEL(3), 'eip155:9/story:0x01']
const TERMS = `${CHAIN}/terms:0x7e/1`
const OTHER_TERMS = `${CHAIN}/terms:0x7e/2`

let api: TestApi
beforeAll(async () => {
  api = await testApi()
  const edge = (childId: string, role: string, parentId: string, more = {}) =>
    api.insert('LineageEdge', { id: `${childId}|${role}|${parentId}`, childId, parentId, role, ...more })
  await api.insert('Model', { id: CHILD, creatorId: ACCOUNT(1), ownerId: ACCOUNT(2) }, { id: PARENT })
  const log = { block: 10, logIndex: 5, transaction: '0xfork', contract: '0xc1' }
  await edge(CHILD, 'PARENT', PARENT, { termsId: TERMS, sharePpm: 1, ...log })
  await edge(CHILD, 'DATASET', DATASET)
  await edge(PARENT, 'PARENT', FAR)
  await edge(DATASET, 'PARENT', FAR)
  await api.insert('LicenseTerms', { id: TERMS, termsId: 1 })
  const license = { modelId: PARENT, termsId: TERMS, receiverId: ACCOUNT(1), block: 10, logIndex: 5 }
  await api.insert(
    'License',
    { ...license, id: 'at' },
    { ...license, id: 'owner', receiverId: ACCOUNT(2), block: 3 },
    { ...license, id: 'later', logIndex: 6 },
    { ...license, id: 'others', receiverId: ACCOUNT(3) },
    { ...license, id: 'terms', termsId: OTHER_TERMS },
    { ...license, id: 'model', modelId: DATASET },
  )
  const attestation = { modelId: CHILD, attesterId: ACCOUNT(4) }
  await api.insert(
    'Attestation',
    { ...attestation, id: 'old' },
    { ...attestation, id: 'new', time: '2026-02-01T00:00:00Z' },
    { ...attestation, id: 'revoked', revoked: true },
    { ...attestation, id: 'parent', modelId: PARENT },
  )
})
afterAll(() => api?.close())

const EVIDENCE = `id evidence { chain contract block transaction logIndex terms { id } licenses { id } attestations { id } }`

test('the evidence of a path: log, terms, licences had by then, attestations of the child', async () => {
  const { lineagePath } = await api.data(
    `{ lineagePath(from: "${CHILD}", to: "${FAR}", roles: [PARENT]) { ${EVIDENCE} } }`,
  )
  expect(lineagePath).toMatchObject([
    {
      id: `${CHILD}|PARENT|${PARENT}`,
      evidence: {
        chain: CHAIN,
        contract: '0xc1',
        block: 10,
        transaction: '0xfork',
        logIndex: 5,
        terms: { id: TERMS },
        licenses: [{ id: 'at' }, { id: 'owner' }],
        attestations: [{ id: 'new' }, { id: 'old' }],
      },
    },
    { evidence: { terms: null, licenses: [], attestations: [{ id: 'parent' }] } },
  ])
})

test('filters reach the lineage, the path and the common ancestors', async () => {
  const ids = (nodes: { model: { id: string } }[]) => nodes.map(({ model }) => model.id)
  const answer = await api.data(`{
    datasets: lineage(model: "${CHILD}", direction: ANCESTORS, roles: [DATASET]) { nodes { model { id } } edges { evidence { block } } }
    chain: lineage(model: "${CHILD}", direction: ANCESTORS, chains: ["${CHAIN}"]) { nodes { model { id } } }
    protocol: lineage(model: "${FAR}", direction: DESCENDANTS, protocols: ["story"]) { nodes { model { id } } }
    none: lineagePath(from: "${CHILD}", to: "${FAR}", roles: [DATASET]) { id }
    common: commonAncestors(models: ["${PARENT}", "${DATASET}"], roles: [PARENT]) { model { id } }
    apart: commonAncestors(models: ["${PARENT}", "${DATASET}"], protocols: ["reference"]) { model { id } }
  }`)
  expect(ids(answer.datasets.nodes)).toEqual([DATASET])
  expect(answer.datasets.edges).toEqual([{ evidence: { block: 1 } }])
  expect(ids(answer.chain.nodes)).toEqual([PARENT, DATASET])
  expect(answer.protocol.nodes).toEqual([])
  expect(answer.none).toBeNull()
  expect(ids(answer.common)).toEqual([FAR])
  expect(answer.apart).toEqual([])
})

test('a filter of too many values is refused', async () => {
  const chains = JSON.stringify(Array.from({ length: 101 }, (_, n) => `eip155:${n}`))
  const { errors } = await api.gql(
    `{ lineage(model: "${CHILD}", direction: BOTH, chains: ${chains}) { truncated } }`,
  )
  expect(errors).toMatchObject([
    { message: expect.stringContaining('at most 100'), extensions: { code: 'BAD_USER_INPUT' } },
  ])
})
