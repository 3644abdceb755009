import { createLogger } from '@subsquid/logger'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { Projection } from '../../src/graph/projection'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { CHAIN, MODEL, setHeights, type TestApi, testApi } from './apiFixture'

let found: TestNeo4j | { unavailable: string }
let neo4j: TestNeo4j
let api: TestApi

beforeAll(async () => {
  found = await testNeo4j()
})

afterAll(async () => {
  if ('close' in found) await found.close()
})

beforeEach(async context => {
  requireNeo4j(context as TestContext, found)
  neo4j = found
  await neo4j.clear()
  api = await testApi({ neo4jUrl: neo4j.url })
})

afterEach(() => api?.close())

async function project(): Promise<void> {
  const projection = new Projection({
    pool: api.pool,
    driver: neo4j.driver,
    logger: createLogger('test:graph'),
    holder: 'test',
    batch: 100,
  })
  while ((await projection.step()) !== 'DRAINED');
}

const fork = (child: number, parent: number) =>
  api.insert('LineageEdge', { childId: MODEL(child), parentId: MODEL(parent), role: 'PARENT', policy: 'HOP' })

describe('what is asked of Neo4j by name', () => {
  it('is of the blocks that Neo4j has come to, and says so', async () => {
    await setHeights(api.pool, { height: 5, finalized: 4 })
    await api.insert('Model', { id: MODEL(1) }, { id: MODEL(2) }, { id: MODEL(3) })
    await fork(2, 1)
    await project()
    await setHeights(api.pool, { height: 9, finalized: 8 })
    await fork(3, 2)

    const question = (engine: string) => `{
      lineage(model: "${MODEL(1)}", direction: DESCENDANTS, engine: ${engine}) {
        nodes { model { id } } asOf { chain height hash finalized } answeredBy
      }
    }`
    const neo4jSays = await api.gql(question('NEO4J'))
    const atFive = [{ chain: CHAIN, height: 5, hash: '0xb5', finalized: true }]
    expect(neo4jSays.data.lineage).toEqual({
      nodes: [{ model: { id: MODEL(2) } }],
      asOf: atFive,
      answeredBy: 'NEO4J',
    })
    expect(neo4jSays.extensions).toMatchObject({ asOf: [{ height: 9 }], projectedAsOf: atFive })

    const postgresSays = await api.gql(question('POSTGRES'))
    expect(postgresSays.data.lineage).toMatchObject({
      nodes: [{ model: { id: MODEL(2) } }, { model: { id: MODEL(3) } }],
      asOf: [{ chain: CHAIN, height: 9, hash: '0xb9', finalized: false }],
    })
    expect(postgresSays.extensions).not.toHaveProperty('projectedAsOf')

    const path = await api.gql(
      `{ lineagePath(from: "${MODEL(2)}", to: "${MODEL(1)}", engine: NEO4J) { childId } }`,
    )
    expect(path.data.lineagePath).toHaveLength(1)
    expect(path.extensions).toMatchObject({ projectedAsOf: atFive })
    const common = await api.gql(`{ commonAncestors(models: ["${MODEL(2)}"], engine: NEO4J) { depths } }`)
    expect(common.extensions).toMatchObject({ projectedAsOf: atFive })
  })

  it('is refused while the graph is being made', async () => {
    await api.insert('Model', { id: MODEL(1) })
    await project()
    await neo4j.driver.executeQuery(`MATCH (w:Watermark) SET w.state = 'REBUILDING'`)
    const { errors } = await api.gql(
      `{ lineage(model: "${MODEL(1)}", direction: DESCENDANTS, engine: NEO4J) { truncated } }`,
    )
    expect(errors).toMatchObject([
      { extensions: { code: 'UNAVAILABLE' }, message: expect.stringContaining('still being made') },
    ])
  })
})

describe('a problem of the projector', () => {
  it('is told where the chain is asked for, and /ready does not depend on it', async () => {
    await setHeights(api.pool, { height: 5, finalized: 4 })
    const asked = async () => {
      const { chains } = await api.data('{ chains { projected { height } projectionProblem } }')
      expect((await fetch(`${api.url}/ready`)).status).toBe(200)
      return chains
    }
    expect(await asked()).toEqual([{ projected: null, projectionProblem: null }])
    await project()
    await api.pool.query(`UPDATE graph_watermark SET problem = 'Neo4j is away'`)
    expect(await asked()).toEqual([{ projected: { height: 5 }, projectionProblem: 'Neo4j is away' }])
    await api.pool.query(
      `UPDATE graph_watermark SET problem = NULL;
       INSERT INTO graph_refused (kind, id, reason) VALUES ('model', 'm', 'too long'), ('model', 'n', 'too long')`,
    )
    expect(await asked()).toEqual([
      { projected: { height: 5 }, projectionProblem: 'Neo4j refuses 2 rows, model m among them: too long' },
    ])
  })
})
