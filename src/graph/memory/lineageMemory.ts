import { setImmediate as nextTurn } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import { openSnapshot, type Snapshot } from '../../postgres/snapshot'
import { EDGE_COLUMNS, type EdgeRow } from '../edgeRows'
import { EdgeTable } from './edgeTable'
import { LineageGraph } from './lineageGraph'

export interface LineageMemoryOptions {
  pool: Pool
  log: Logger
  /** a lineage with fewer edges stays in Postgres, which answers it as soon; absent: 10,000 */
  leastEdges?: number
}

/** A snapshot that may know what it sees (see postgres/snapshotVersion.ts). */
export type VersionedSnapshot = Snapshot & { readonly version?: string | undefined }

/** The graph, to be read only while its revision is this one. */
export interface GraphAt {
  graph: LineageGraph
  revision: number
}

/** chain -> version of its lineage: see db/migrations/…-LineageVersions.js */
type Versions = Map<string, bigint>

const LEAST_EDGES = 10_000
const ROWS_AT_ONCE = 2_000
const TIMEOUT_MS = 60_000
/** Children whose edges changed, and changes, that are followed one by one: more, and all edges are read anew. */
const MOST_CHANGES = 5_000
const MOST_REPLACEMENTS = 100_000
/** Part of the heap that may be used once the edges are read; beyond, they stay in Postgres. */
const MOST_HEAP = 0.6
/** Reading all edges takes at most one part in so many of the time. */
const PAUSES = 10
const AGAIN_MS = 60_000

/**
 * The lineage of all chains in this process's memory, as of one state of the table, brought on to the state that a
 * request sees when it sees a later one. A request that sees another state than it can be brought to does without.
 */
export class LineageMemory {
  private graph: LineageGraph | undefined
  private versions: Versions = new Map()
  /** of a snapshot that saw this state */
  private snapshot: string | undefined
  private loading: Promise<void> | undefined
  private loadAfter = 0
  private stopped = false

  constructor(private readonly options: LineageMemoryOptions) {}

  /** Reads the edges, where it does not already. */
  load(): Promise<void> {
    if (this.loading || this.stopped || Date.now() < this.loadAfter) return this.loading ?? Promise.resolve()
    const begun = Date.now()
    this.loading = this.readAll()
      .then(
        enough => {
          this.loadAfter = Date.now() + (enough ? (Date.now() - begun) * PAUSES : AGAIN_MS)
        },
        error => {
          this.loadAfter = Date.now() + AGAIN_MS
          if (!this.stopped)
            this.options.log.warn(`lineage is not held in memory: ${(error as Error).message}`)
        },
      )
      .finally(() => {
        this.loading = undefined
      })
    return this.loading
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.graph = undefined
    await this.loading
  }

  /** The graph as this snapshot sees the lineage; undefined: ask Postgres. */
  async at(db: VersionedSnapshot): Promise<GraphAt | undefined> {
    if (!this.graph) {
      void this.load()
      return undefined
    }
    if (db.version !== undefined && db.version === this.snapshot) return this.now()
    const seen = await versionsIn(db)
    if (!same(seen, this.versions) && !(await this.follow(db, seen))) return undefined
    if (!same(seen, this.versions)) return undefined // others brought it further meanwhile
    this.snapshot = db.version
    return this.now()
  }

  private now(): GraphAt | undefined {
    return this.graph && { graph: this.graph, revision: this.graph.revision }
  }

  /** Brings the graph on to the state that the snapshot sees; false: it cannot be. */
  private async follow(db: Snapshot, seen: Versions): Promise<boolean> {
    const { graph, versions: from } = this
    const chains = [...new Set([...seen.keys(), ...from.keys()])]
    const steps = chains.map(chain => (seen.get(chain) ?? 0n) - (from.get(chain) ?? 0n))
    if (steps.some(step => step < 0n)) return false // the request sees an older state
    const changes = await db.query<{ chain: string; version: string; childId: string | null }>({
      name: 'lineage-changes',
      text: `SELECT c.chain, c.version::text, c.child_id AS "childId"
               FROM unnest($1::text[], $2::bigint[]) AS k (chain, version)
               JOIN lineage_change c ON c.chain = k.chain AND c.version > k.version
              LIMIT ${MOST_CHANGES + 1}`,
      values: [chains, chains.map(chain => String(from.get(chain) ?? 0n))],
    })
    const told = new Set(changes.map(({ chain, version }) => `${chain} ${version}`)).size
    const children = [...new Set(changes.map(({ childId }) => childId))]
    const complete = BigInt(told) === steps.reduce((sum, step) => sum + step, 0n)
    const room = changes.length <= MOST_CHANGES && (graph?.replacements ?? 0) <= MOST_REPLACEMENTS
    if (!complete || !room || !isNamed(children)) {
      void this.load()
      return false
    }
    const edges = await db.query<EdgeRow>({
      name: 'lineage-changed-edges',
      text: `SELECT ${EDGE_COLUMNS} FROM lineage_edge e WHERE e.child_id = ANY ($1::text[])`,
      values: [children],
    })
    if (!graph || this.graph !== graph || this.versions !== from) return this.graph !== undefined
    graph.replace(children, edges)
    this.versions = seen
    this.snapshot = undefined
    return true
  }

  /** False: there are too few for it to be worth while. */
  private async readAll(): Promise<boolean> {
    const { pool, leastEdges = LEAST_EDGES } = this.options
    const snapshot = await openSnapshot(pool, { timeoutMs: TIMEOUT_MS })
    try {
      const [enough] = await snapshot.query<{ enough: boolean }>({
        name: 'lineage-enough',
        text: `SELECT count(*) >= $1 AS enough FROM (SELECT FROM lineage_edge LIMIT $1) e`,
        values: [leastEdges],
      })
      if (!enough!.enough) return false
      const versions = await versionsIn(snapshot)
      await snapshot.query({
        name: 'lineage-cursor',
        text: `DECLARE lineage NO SCROLL CURSOR FOR SELECT ${EDGE_COLUMNS} FROM lineage_edge e`,
        prepare: false,
      })
      const table = new EdgeTable()
      for (let rows: EdgeRow[]; ; ) {
        rows = await snapshot.query<EdgeRow>({
          name: 'lineage-fetch',
          text: `FETCH ${ROWS_AT_ONCE} FROM lineage`,
        })
        for (const row of rows) table.add(row)
        if (this.stopped) return true
        if (rows.length < ROWS_AT_ONCE) break
        requireRoom(table)
        await nextTurn()
      }
      this.graph = new LineageGraph(table)
      this.versions = versions
      this.snapshot = snapshot.version
      return true
    } finally {
      await snapshot.close()
    }
  }
}

async function versionsIn(db: Snapshot): Promise<Versions> {
  const rows = await db.query<{ chain: string; version: string }>({
    name: 'lineage-versions',
    text: `SELECT chain, version::text FROM lineage_version`,
  })
  return new Map(rows.map(({ chain, version }) => [chain, BigInt(version)]))
}

function requireRoom(table: EdgeTable): void {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  if (used > limit * MOST_HEAP)
    throw new Error(
      `${table.size} edges and more take too much of the heap\n  fix: give the process more: NODE_OPTIONS=--max-old-space-size=4096`,
    )
}

function isNamed(children: (string | null)[]): children is string[] {
  return !children.includes(null)
}

function same(a: Versions, b: Versions): boolean {
  return a.size === b.size && [...a].every(([chain, version]) => b.get(chain) === version)
}
