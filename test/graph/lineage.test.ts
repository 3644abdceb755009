import { createLogger } from '@subsquid/logger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chooseLineage } from '../../src/graph/chooser'
import type {
  Closure,
  ClosureRequest,
  Direction,
  Engine,
  Lineage,
  LineageEdge,
  LineageFilter,
} from '../../src/graph/lineage'
import { closureCypher } from '../../src/graph/neo4jLineage'
import { Projection } from '../../src/graph/projection'
import { withSnapshot } from '../../src/postgres/snapshot'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { requireNeo4j, type TestNeo4j, testNeo4j } from '../fixtures/neo4j'
import { bruteCyclic, bruteDepths, brutePath, bruteShare, edgeOf } from './bruteLineage'
import { CHAIN, type EdgeInput, model, OTHER_CHAIN, putEdges, putModel, seeded } from './rows'

const GRAPHS = 200
/** Neo4j plans each question anew that differs by a filter, for longer than it takes to answer it. */
const GRAPHS_OF_NEO4J = 40
/** Walking every path takes longer, by far; a busy machine does not. */
const TOO_LONG_MS = 20_000
const logger = createLogger('test:lineage')

let database: TestDatabase
let found: TestNeo4j | { unavailable: string }
const graphs = Array.from({ length: GRAPHS }, (_, n) => randomGraph(n))

beforeAll(async () => {
  database = await freshDatabase()
  found = await testNeo4j()
  for (const { edges, seen } of graphs) {
    await putEdges(database.pool, edges)
    for (const id of seen) await putModel(database.pool, id)
  }
  await putEdges(database.pool, ladder())
  if ('driver' in found) {
    const projection = new Projection({
      pool: database.pool,
      driver: found.driver,
      logger,
      holder: 'test',
      batch: 5000,
    })
    while ((await projection.step()) !== 'DRAINED');
  }
})

afterAll(async () => {
  if ('close' in found) await found.close()
  await database.drop()
})

/** A dozen models of two chains: diamonds, cycles, models with edges to themselves, and parents that nobody has seen. */
function randomGraph(n: number): { ids: string[]; seen: string[]; edges: EdgeInput[] } {
  const random = seeded(n)
  const int = (below: number) => Math.floor(random() * below)
  const ids = Array.from({ length: 4 + int(9) }, (_, i) =>
    model(`${n}-${i}`, random() < 0.7 ? CHAIN : OTHER_CHAIN).replace(
      'reference',
      random() < 0.8 ? 'reference' : 'story',
    ),
  )
  const edges = new Map<string, EdgeInput>()
  for (let i = 0; i < ids.length * (1 + random()); i++) {
    let [a, b] = [int(ids.length), int(ids.length)]
    if (a < b && random() < 0.9) [a, b] = [b, a]
    const edge: EdgeInput = {
      child: ids[a]!,
      parent: ids[b]!,
      role: random() < 0.85 ? 'PARENT' : 'DATASET',
      ordinal: int(4),
      sharePpm: random() < 0.1 ? null : int(500_000),
      policy: random() < 0.75 ? 'HOP' : ['ABSOLUTE', 'EXTERNAL', 'NONE'][int(3)]!,
    }
    edges.set(edgeOf(edge).id, edge)
  }
  return { ids, seen: ids.filter(() => random() < 0.7), edges: [...edges.values()] }
}

/** 12 levels of 4 models, each with the 4 of the next level as parents: 4^11 paths from the top to each of the last. */
function ladder(): EdgeInput[] {
  const edges: EdgeInput[] = []
  for (let level = 0; level < 11; level++) {
    for (let from = 0; from < 4; from++) {
      for (let to = 0; to < 4; to++) {
        const [child, parent] = [model(`l${level}-${from}`), model(`l${level + 1}-${to}`)]
        edges.push({ child, parent, ordinal: to, sharePpm: 250_000 })
      }
    }
  }
  return edges
}

function ask<T>(engine: Engine | undefined, question: (lineage: Lineage) => Promise<T>): Promise<T> {
  const driver = 'driver' in found ? found.driver : undefined
  return withSnapshot(database.pool, { timeoutMs: 20_000 }, db =>
    question(chooseLineage({ db, driver, engine, timeoutMs: 20_000 })),
  )
}

function closure(request: ClosureRequest, engine: Engine = 'POSTGRES'): Promise<Closure> {
  return ask(engine, lineage => lineage.closure(request))
}

/** Who answered, and how far they are, is what may differ. */
function withoutEngine<T extends { answeredBy: Engine; heights?: unknown }>({
  answeredBy: _,
  heights: __,
  ...answer
}: T): Omit<T, 'answeredBy' | 'heights'> {
  return answer
}

/** As `closure` must answer, by brute force. */
function expectedClosure(root: string, edges: LineageEdge[], direction: Direction) {
  const depths = bruteDepths(root, edges, direction)
  const nodes = [...depths]
    .map(([id, depth]) => {
      const share = direction === 'ANCESTORS' ? bruteShare(root, id, edges) : bruteShare(id, root, edges)
      return { id, depth, share }
    })
    .sort((a, b) => a.depth - b.depth || (a.id < b.id ? -1 : 1))
  const inside = new Set([root, ...depths.keys()])
  const induced = edges
    .filter(edge => inside.has(edge.childId) && inside.has(edge.parentId))
    .map(edge => ({ ...edge, cyclic: bruteCyclic(edge, edges) }))
  return { nodes, edges: new Set(induced.map(edge => JSON.stringify(edge, written))) }
}

/** A filter by any of its lists. Edges that it leaves out are taken out of the graph, and so are those of models that it does. */
function filterOf(n: number): LineageFilter {
  return {
    ...(n & 1 ? { roles: [['PARENT'], ['DATASET', 'SERVICE'], []][n % 3]! } : {}),
    ...(n & 2 ? { chains: [[CHAIN], [OTHER_CHAIN], [CHAIN, OTHER_CHAIN]][n % 3]! } : {}),
    ...(n & 4 ? { protocols: [['reference', 'story'], ['story']][n & 8 ? 1 : 0]! } : {}),
  }
}

function left(edges: LineageEdge[], { roles, chains, protocols }: LineageFilter, ...asked: string[]) {
  const stays = (id: string) => {
    const [chain, rest] = id.split('/')
    const protocol = rest!.split(':')[0]
    return (!chains || chains.includes(chain!)) && (!protocols || protocols.includes(protocol!))
  }
  return edges.filter(
    ({ role, childId, parentId }) =>
      (!roles || roles.includes(role)) && [childId, parentId].every(id => asked.includes(id) || stays(id)),
  )
}

const everyGraph = graphs.map((graph, n) => ({ n, ...graph, all: graph.edges.map(edgeOf) }))

describe('lineage from Postgres', () => {
  it(`is what brute force finds, on ${GRAPHS} random graphs`, async () => {
    for (const { n, ids, all } of everyGraph) {
      for (const direction of ['ANCESTORS', 'DESCENDANTS'] as const) {
        const root = ids[n % ids.length]!
        const answer = await closure({ model: root, direction })
        const expected = expectedClosure(root, all, direction)
        expect(answer.nodes).toEqual(expected.nodes)
        expect(new Set(answer.edges.map(edge => JSON.stringify(edge, written)))).toEqual(expected.edges)
        expect(answer).toMatchObject({ truncated: false, sharesComplete: true, answeredBy: 'POSTGRES' })
      }
    }
  })

  it('of many models takes as many statements as of one', async () => {
    await withSnapshot(database.pool, { timeoutMs: 20_000 }, async db => {
      const lineage = chooseLineage({ db })
      const models = everyGraph.map(({ ids }) => ids.at(-1)!)
      const answers = await lineage.closures(models, { direction: 'BOTH' })
      expect(db.statements).toBe(4)
      for (const i of [0, 50, 199]) {
        expect(answers[i]).toEqual(await lineage.closure({ model: models[i]!, direction: 'BOTH' }))
      }
    })
  })

  it('in pages adds up to the whole', async () => {
    for (const { n, ids } of everyGraph) {
      const request = { model: ids[n % ids.length]!, direction: 'BOTH' as const }
      const whole = await closure(request)
      const pages: Closure[] = []
      for (let continuation: string | undefined, more = true; more; more = continuation !== undefined) {
        const page = await closure({ ...request, maxNodes: 1 + (n % 3), continuation })
        pages.push(page)
        continuation = page.continuation
        expect(page.truncated).toBe(continuation !== undefined)
      }
      expect(pages.flatMap(page => page.nodes)).toEqual(whole.nodes)
      expect(pages.flatMap(page => page.edges)).toEqual(whole.edges)
    }
  })

  it('says that it was cut at the depth, and only then', async () => {
    for (const { n, ids, all } of everyGraph.slice(0, 50)) {
      for (const direction of ['ANCESTORS', 'DESCENDANTS'] as const) {
        const root = ids[n % ids.length]!
        const depths = bruteDepths(root, all, direction)
        const answer = await closure({ model: root, direction, maxDepth: 2 })
        expect(new Set(answer.nodes.map(node => node.id))).toEqual(
          new Set([...depths].filter(([, depth]) => depth <= 2).map(([id]) => id)),
        )
        expect(answer.truncated).toBe([...depths.values()].some(depth => depth > 2))
        expect(answer.sharesComplete).toBe(!answer.truncated)
        expect(answer.continuation).toBeUndefined()
      }
    }
  })

  it('along some edges and models alone is that of the graph without the others', async () => {
    for (const { n, ids, all } of everyGraph) {
      const filter = filterOf(n)
      const [from, to] = [ids.at(-1)!, ids[n % 3]!]
      for (const direction of ['ANCESTORS', 'DESCENDANTS'] as const) {
        const root = direction === 'ANCESTORS' ? from : to
        const answer = await closure({ model: root, direction, ...filter })
        const expected = expectedClosure(root, left(all, filter, root), direction)
        expect(answer.nodes).toEqual(expected.nodes)
        expect(new Set(answer.edges.map(edge => JSON.stringify(edge, written)))).toEqual(expected.edges)
      }
      const path = await ask('POSTGRES', lineage => lineage.path(from, to, filter))
      expect(path.edges?.map(edge => edge.id) ?? null).toEqual(
        brutePath(from, to, left(all, filter, from, to)),
      )
      const models = [from, ids.at(-2)!]
      const depths = models.map(id => bruteDepths(id, left(all, filter, id), 'ANCESTORS').set(id, 0))
      const { ancestors } = await ask('POSTGRES', lineage => lineage.commonAncestors(models, 100, filter))
      const common = ids.filter(id => depths.every(map => map.has(id)))
      expect(ancestors.map(({ id, depths }) => `${id} ${depths}`).sort()).toEqual(
        common.map(id => `${id} ${depths.map(map => map.get(id))}`).sort(),
      )
    }
  })

  it('goes on only with the filter that it began with', async () => {
    const request = { model: model('l0-0'), direction: 'ANCESTORS', maxNodes: 2 } as const
    const roles = ['PARENT', 'DATASET']
    const { continuation } = await closure({ ...request, roles })
    const next = await closure({ ...request, continuation, roles: [...roles].reverse() })
    expect(next.nodes.map(({ id }) => id)).toEqual(['l1-2', 'l1-3'].map(id => model(id)))
    for (const other of [{}, { roles: ['PARENT'] }, { roles, chains: [CHAIN] }])
      await expect(closure({ ...request, continuation, ...other })).rejects.toThrow(/is of the filter/)
  })

  it('of a ladder with four million paths is quick', async () => {
    const start = performance.now()
    const answer = await closure({ model: model('l0-0'), direction: 'ANCESTORS' })
    expect(performance.now() - start).toBeLessThan(TOO_LONG_MS)
    expect(answer.nodes).toHaveLength(44)
    expect(answer.nodes.at(-1)).toEqual({ id: model('l11-3'), depth: 11, share: 250_000 })
    const path = await ask('POSTGRES', lineage => lineage.path(model('l0-0'), model('l11-3')))
    expect(path.edges).toHaveLength(11)
  })

  it('of a model that nobody knows is empty', async () => {
    expect(await closure({ model: model('nobody'), direction: 'BOTH' })).toMatchObject({
      nodes: [],
      edges: [],
      truncated: false,
    })
  })

  it.each([
    [{ maxDepth: 0 }, /maxDepth: 0 is out of range\n {2}fix: give a whole number from 1 to 1000/],
    [{ maxNodes: 20_000 }, /maxNodes: 20000 is out of range/],
    [{ maxNodes: 1.5 }, /maxNodes: 1.5 is out of range/],
    [{ continuation: 'garbage' }, /continuation: garbage is not one of ours\n {2}fix: give/],
    [
      { continuation: Buffer.from('[1,"x","ANCESTORS",1,"y",3]').toString('base64url') },
      /is of ANCESTORS of x/,
    ],
  ])('refuses %j', async (bad, message) => {
    await expect(closure({ model: model('l0-0'), direction: 'ANCESTORS', ...bad })).rejects.toThrow(message)
  })

  it('paths are the shortest, of equal ones the first, on every graph', async () => {
    for (const { n, ids, all } of everyGraph) {
      const [from, to] = [ids.at(-1 - (n % 3))!, ids[n % 2]!]
      const path = await ask('POSTGRES', lineage => lineage.path(from, to))
      expect(path.edges?.map(edge => edge.id) ?? null).toEqual(brutePath(from, to, all))
    }
  })

  it('common ancestors are nearest first, the models themselves included', async () => {
    for (const { ids, all } of everyGraph) {
      const models = [ids.at(-1)!, ids.at(-2)!, ids.at(-3)!]
      const depths = models.map(id => bruteDepths(id, all, 'ANCESTORS').set(id, 0))
      const expected = ids
        .filter(id => depths.every(map => map.has(id)))
        .map(id => ({ id, depths: depths.map(map => map.get(id)!) }))
        .map(common => ({ ...common, maxDepth: Math.max(...common.depths) }))
        .sort((a, b) => a.maxDepth - b.maxDepth || (a.id < b.id ? -1 : 1))
      const answer = await ask('POSTGRES', lineage => lineage.commonAncestors(models, 5))
      expect(answer.ancestors).toEqual(expected.slice(0, 5))
    }
  })
})

describe('lineage from Neo4j', () => {
  it(`equals lineage from Postgres, order included, on ${GRAPHS_OF_NEO4J} random graphs`, async context => {
    requireNeo4j(context, found)
    for (const { n, ids } of everyGraph.slice(0, GRAPHS_OF_NEO4J)) {
      const root = ids[n % ids.length]!
      const bounds = [{}, { maxDepth: 2 }, { maxNodes: 3 }][n % 3]!
      const filter = n % 2 ? filterOf(n >> 1) : {}
      const requests = (['ANCESTORS', 'DESCENDANTS', 'BOTH'] as const).map(direction => ({
        model: root,
        direction,
        ...bounds,
        ...filter,
      }))
      const questions: ((lineage: Lineage) => Promise<{ answeredBy: Engine; heights?: unknown }>)[] = [
        ...requests.map(request => (lineage: Lineage) => lineage.closure(request)),
        lineage => lineage.path(ids.at(-1)!, ids[0]!, filter),
        lineage => lineage.path(ids.at(-2)!, ids[n % 4]!, filter),
        lineage => lineage.commonAncestors([ids.at(-1)!, ids.at(-2)!], 100, filter),
      ]
      for (const question of questions) {
        const [postgres, neo4j] = [await ask('POSTGRES', question), await ask('NEO4J', question)]
        expect(neo4j.answeredBy).toBe('NEO4J')
        expect(withoutEngine(neo4j)).toEqual(withoutEngine(postgres))
      }
    }
  }, 180_000)

  it('of a ladder with four million paths is quick, and the same', async context => {
    requireNeo4j(context, found)
    const request = { model: model('l0-0'), direction: 'ANCESTORS' as const }
    const path = (lineage: Lineage) => lineage.path(model('l0-0'), model('l11-3'))
    const start = performance.now()
    const [neo4j, neo4jPath] = [await closure(request, 'NEO4J'), await ask('NEO4J', path)]
    expect(performance.now() - start).toBeLessThan(TOO_LONG_MS)
    expect(withoutEngine(neo4j)).toEqual(withoutEngine(await closure(request)))
    expect(neo4jPath.edges).toEqual((await ask('POSTGRES', path)).edges)
  })

  it('is planned as a search that visits each model once', async context => {
    requireNeo4j(context, found)
    const filter = { roles: ['PARENT'], chains: [CHAIN], protocols: ['story'] }
    for (const [direction, along] of [
      ['ANCESTORS', {}],
      ['DESCENDANTS', {}],
      ['ANCESTORS', filter],
    ] as const) {
      const { summary } = await found.driver.executeQuery(`EXPLAIN ${closureCypher(direction, 10, along)}`, {
        ...filter,
        id: model(1),
        limit: 10n,
      })
      const operators: string[] = []
      const visit = (plan: { operatorType: string; children: unknown[] }) => {
        operators.push(plan.operatorType)
        for (const child of plan.children) visit(child as typeof plan)
      }
      visit(summary.plan as unknown as { operatorType: string; children: unknown[] })
      expect(operators.join(' ')).toMatch(/VarLengthExpand\(Pruning,BFS/)
      expect(operators.join(' ')).toMatch(/NodeUniqueIndexSeek/)
    }
  })
})

describe('who answers', () => {
  const [from, to] = [model('l0-0'), model('l11-3')]

  it('a closure: Postgres; a path: Neo4j, while it is at the snapshot', async context => {
    requireNeo4j(context, found)
    expect((await ask(undefined, l => l.closure({ model: from, direction: 'ANCESTORS' }))).answeredBy).toBe(
      'POSTGRES',
    )
    expect((await ask(undefined, l => l.path(from, to))).answeredBy).toBe('NEO4J')
  })

  it('a path: Postgres, as soon as a change is on its way to Neo4j', async context => {
    requireNeo4j(context, found)
    await putEdges(database.pool, [{ child: from, parent: to }])
    const path = await ask(undefined, l => l.path(from, to))
    expect(path.answeredBy).toBe('POSTGRES')
    expect(path.edges).toHaveLength(1)
  })

  it('nobody but Postgres where there is no Neo4j', async () => {
    await withSnapshot(database.pool, { timeoutMs: 20_000 }, async db => {
      expect((await chooseLineage({ db }).path(from, to)).answeredBy).toBe('POSTGRES')
      await expect(chooseLineage({ db, engine: 'NEO4J' }).path(from, to)).rejects.toThrow(
        /there is none\n {2}fix/,
      )
    })
  })
})

/** JSON has no bigint. */
function written(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value
}
