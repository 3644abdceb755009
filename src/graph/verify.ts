import type { Transaction } from 'neo4j-driver'
import { type Snapshot, withSnapshot } from '../postgres/snapshot'
import { readIdentity } from './acknowledgement'
import { pause } from './backOff'
import { type Changes, loadChanges, loadStubs, pageOfNodes, pageOfRelationships } from './changes'
import { bucketOf, Checksums, canonical, type Item } from './checksums'
import { type NodeElement, nodeElements, type RelationshipElement, relationshipElements } from './elements'
import { closeContext, type GraphContext, type GraphOptions, openContext } from './graphContext'
import { GraphError } from './graphError'
import { applyChanges } from './graphWriter'
import { isRefusal } from './neo4j'
import { readAllKeys, WHOLE_TABLE } from './outbox'
import { lockWatermark } from './watermark'

export interface Difference {
  /** label or relationship type */
  kind: string
  id: string
  /** MISSING in Neo4j, EXTRA in Neo4j, or DIFFERENT */
  problem: 'MISSING' | 'EXTRA' | 'DIFFERENT'
  postgres?: string
  neo4j?: string
}

export interface Verification {
  equal: boolean
  /** how many of each label and relationship type Postgres has */
  compared: Record<string, number>
  /** the first of them, at most 100 */
  differences: Difference[]
  /** how many there are */
  differing: number
}

/** Changes that Neo4j has yet to take, at most: they are worked in before the comparison, in one transaction. */
const MOST_PENDING = 20_000
const MOST_LISTED = 100
const PAGE = 10_000
const WAIT_MS = 60_000
const ASK_AGAIN_MS = 500
/** Between two statements in Postgres, Neo4j is read: no statement takes long, all of them may. */
const SNAPSHOT_TIMEOUT_MS = 3_600_000

/**
 * Compares Neo4j with Postgres, every node and relationship, while the indexers go on.
 *
 * It holds the watermark, so the projector waits; takes a snapshot of Postgres; works in what Neo4j has yet to take, as
 * the projector would; compares; and rolls Neo4j back. So it is the graph at one moment against the tables at the same
 * moment, and nothing is changed.
 */
export async function verifyGraph(options: GraphOptions & { waitMs?: number }): Promise<Verification> {
  const context = openContext(options)
  try {
    const until = Date.now() + (options.waitMs ?? WAIT_MS)
    for (;;) {
      const result = await compareOnce(context)
      if (typeof result !== 'string') return result
      if (Date.now() > until) {
        throw new GraphError(`verify: ${result}`, 'let `provenance graph project` catch up first')
      }
      await pause(ASK_AGAIN_MS, context.signal)
      context.signal?.throwIfAborted()
    }
  } finally {
    await closeContext(context)
  }
}

/** The result, or why there cannot be one now. */
async function compareOnce({ driver, pool, logger }: GraphContext): Promise<Verification | string> {
  const session = driver.session({ defaultAccessMode: 'WRITE', fetchSize: PAGE })
  const tx = await session.beginTransaction()
  try {
    const watermark = await lockWatermark(tx)
    return await withSnapshot(pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, async db => {
      const { identity } = await readIdentity(db)
      if (!watermark) throw nothingToCompare('no graph')
      if (watermark.state === 'REBUILDING') return `the graph is being rebuilt by ${watermark.holder}`
      if (watermark.identity !== identity) throw nothingToCompare('the graph of another database')
      const keys = await readAllKeys(db, watermark, MOST_PENDING)
      if (!keys) return `more than ${MOST_PENDING} changes wait to be projected`
      if (keys.some(key => key.id === WHOLE_TABLE)) return 'the graph is about to be rebuilt'
      const refused = await refusalOf(tx, await loadChanges(db, keys))
      if (refused) return `Neo4j refuses a change that waits for it: ${refused.message}`
      const comparison = new Comparison(db, tx)
      for (const element of nodeElements) {
        await comparison.compare(element.label, () => nodesOf(db, element), nodesQuery(element))
        logger.debug(`verified ${element.label}`)
      }
      for (const element of relationshipElements) {
        await comparison.compare(
          element.type,
          () => relationshipsOf(db, element),
          relationshipsQuery(element),
        )
        logger.debug(`verified ${element.type}`)
      }
      return comparison.result
    })
  } finally {
    if (tx.isOpen()) await tx.rollback().catch(() => {})
    await session.close().catch(() => {})
  }
}

/** Works the changes in. What Neo4j refuses, the projector is about to leave out. */
async function refusalOf(tx: Transaction, changes: Changes): Promise<Error | undefined> {
  try {
    await applyChanges(tx, changes)
    return undefined
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
}

function nothingToCompare(held: string): GraphError {
  return new GraphError(
    `verify: Neo4j holds ${held}`,
    'run `provenance graph project`, or `provenance graph rebuild`',
  )
}

class Comparison {
  readonly result: Verification = { equal: true, compared: {}, differences: [], differing: 0 }

  constructor(
    readonly db: Snapshot,
    private readonly tx: Transaction,
  ) {}

  /** Checksums by bucket first; the buckets that differ are read again, item by item. */
  async compare(kind: string, expected: () => AsyncIterable<Item>, query: string): Promise<void> {
    const [postgres, neo4j] = [new Checksums(), new Checksums()]
    for await (const item of expected()) postgres.add(item)
    for await (const item of this.met(query)) neo4j.add(item)
    this.result.compared[kind] = postgres.count
    const buckets = postgres.differingBuckets(neo4j)
    if (buckets.size === 0) return
    this.result.equal = false
    const inBuckets = async (items: AsyncIterable<Item>) => {
      const found = new Map<string, string>()
      for await (const item of items) if (buckets.has(bucketOf(item.id))) found.set(item.id, canonical(item))
      return found
    }
    const [inPostgres, inNeo4j] = [await inBuckets(expected()), await inBuckets(this.met(query))]
    for (const id of [...new Set([...inPostgres.keys(), ...inNeo4j.keys()])].sort()) {
      const [a, b] = [inPostgres.get(id), inNeo4j.get(id)]
      if (a === b) continue
      this.result.differing++
      if (this.result.differences.length >= MOST_LISTED) continue
      const problem = a === undefined ? 'EXTRA' : b === undefined ? 'MISSING' : 'DIFFERENT'
      this.result.differences.push({ kind, id, problem, postgres: a, neo4j: b })
    }
  }

  private async *met(query: string): AsyncIterable<Item> {
    for await (const record of this.tx.run(query)) {
      const properties = record.get('properties')
      const id = String(properties.id)
      if (!record.has('from')) yield { id, properties }
      else yield { id, properties, ends: { from: String(record.get('from')), to: String(record.get('to')) } }
    }
  }
}

function nodesQuery({ label }: NodeElement): string {
  return `MATCH (n:${label}) RETURN properties(n) AS properties`
}

/** The ends' labels are part of what is compared. */
function relationshipsQuery({ type, from, to }: RelationshipElement): string {
  return `MATCH (a)-[r:${type}]->(b)
          RETURN properties(r) AS properties,
                 CASE WHEN a:${from.label} THEN a.id END AS from, CASE WHEN b:${to.label} THEN b.id END AS to`
}

async function* nodesOf(db: Snapshot, element: NodeElement): AsyncIterable<Item> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows: Item[] = await pageOfNodes(db, element, after, PAGE)
    yield* rows
    after = rows.length === PAGE ? rows.at(-1)!.id : undefined
  }
  yield* await loadStubs(db, element)
}

async function* relationshipsOf(db: Snapshot, element: RelationshipElement): AsyncIterable<Item> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows = await pageOfRelationships(db, element, after, PAGE)
    for (const { id, from, to, properties } of rows) yield { id, ends: { from, to }, properties }
    after = rows.length === PAGE ? rows.at(-1)!.id : undefined
  }
}
