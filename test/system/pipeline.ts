import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { stringify } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import type { Difference } from '../../src/indexer/refold/difference'
import { readHeights } from '../../src/postgres/heights'
import { withSnapshot } from '../../src/postgres/snapshot'
import { type Child, startChild } from '../../src/sandbox/childProcess'
import { configuredContracts } from '../../src/sandbox/deploy'
import { RECORDED_CHAINS } from '../../src/sandbox/replays'

/** The processes of a deployment, as the command line starts them, against a test's own chains and database. */
export interface PipelineOptions {
  database: { url: string; pool: Pool }
  /** name -> endpoint; `alpha` 31337 and `beta` 31338 carry the reference protocol, `story` 1514 the recording */
  chains: { alpha?: string; beta?: string; story?: string }
  finality: number
  maxRewind?: number
  neo4jUrl?: string
}

export class Pipeline {
  readonly config: string
  private readonly children: Child[] = []

  constructor(readonly options: PipelineOptions) {
    this.config = join(mkdtempSync(join(tmpdir(), 'pipeline-')), 'config.yaml')
    this.configure(() => {})
  }

  /** Writes the config file, with changes of its chains; for the processes that are started next. */
  configure(change: (chains: ChainEntry[]) => void): void {
    const config = configOf(this.options)
    change(config.chains)
    writeFileSync(this.config, stringify(config))
  }

  index(chain: string, ...args: string[]): Promise<Child> {
    return this.run('index', '--chain', chain, ...args)
  }

  project(): Promise<Child> {
    return this.run('graph', 'project')
  }

  async run(...args: string[]): Promise<Child> {
    const child = await startChild({
      name: args.join(' '),
      command: process.execPath,
      args: [join(packageRoot, 'bin/provenance.js'), ...args, '--config', this.config],
      env: { ...process.env, NODE_ENV: 'test' },
      stopSteps: [['SIGTERM', 5_000]],
    })
    this.children.push(child)
    return child
  }

  /** Folds the chains' logs again and compares; what it says of each difference, and on stderr. */
  verify(...args: string[]): Promise<{ code: number; differences: Difference[]; said: string }> {
    const all = [join(packageRoot, 'bin/provenance.js'), 'verify', ...args, '--config', this.config]
    return new Promise(resolve => {
      execFile(process.execPath, all, (error, stdout, stderr) =>
        resolve({
          code: Number(error?.code ?? 0),
          differences: stdout
            .split('\n')
            .filter(line => line !== '')
            .map(line => JSON.parse(line)),
          said: stderr,
        }),
      )
    })
  }

  /**
   * Waits until each chain's newest block, by hash, is the database's, and the tokens are described. Says what is missing
   * when it takes too long.
   */
  async caughtUp(within = 60_000): Promise<void> {
    const wanted = await Promise.all(Object.values(this.options.chains).map(headOf))
    let state = ''
    for (const start = Date.now(); Date.now() - start < within; await sleep(100)) {
      const heights = await withSnapshot(this.options.database.pool, { timeoutMs: 10_000 }, readHeights)
      const behind = wanted.filter(
        head => heights.find(({ chain }) => chain === head.chain)?.hash !== head.hash,
      )
      const undescribed = await this.undescribed()
      if (behind.length === 0 && undescribed.length === 0) return
      state = JSON.stringify({ behind, heights, undescribed })
    }
    const logs = this.children.map(child => child.tail()).join('\n---\n')
    throw new Error(`not caught up after ${within} ms: ${state}\n${logs}`)
  }

  /** Waits until Neo4j has all that the database has now, by the projector's own note. */
  async projected(within = 60_000): Promise<void> {
    const { pool } = this.options.database
    for (const start = Date.now(); Date.now() - start < within; await sleep(100)) {
      const { rows } = await pool.query<{ done: boolean }>(
        `SELECT generation IS NOT NULL AND NOT EXISTS (SELECT FROM graph_outbox o WHERE (o.xid, o.seq) > (w.xid, w.seq)) AS done
           FROM graph_watermark w`,
      )
      if (rows[0]?.done) return
    }
    throw new Error(
      `not projected after ${within} ms\n${this.children.map(child => child.tail()).join('\n---\n')}`,
    )
  }

  /** Tokens of chains that can be asked: a recording has no contracts. */
  private async undescribed(): Promise<string[]> {
    const { rows } = await this.options.database.pool.query<{ id: string }>(
      `SELECT id FROM token WHERE NOT described AND chain <> ALL ($1::text[])`,
      [RECORDED_CHAINS],
    )
    return rows.map(({ id }) => id)
  }

  /** Every row of every table that holds what chains say, as text, by table; of one chain, or of all. */
  rows(chain?: string): Promise<Record<string, string[]>> {
    return rowsOf(this.options.database.pool, chain)
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map(child => child.stop()))
  }
}

/** Kills as a crash would: no handler of the process runs. */
export async function kill9(child: Child): Promise<void> {
  process.kill(child.pid, 'SIGKILL')
  await child.exited
}

/** Of every table of entities, in order; what the API keeps for itself has no ids. */
export async function rowsOf(pool: Pool, chain?: string): Promise<Record<string, string[]>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT c.table_name AS name FROM information_schema.columns c
       JOIN information_schema.columns i USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND c.column_name = 'chain' AND i.column_name = 'id'
        AND c.table_name NOT IN ('indexer_progress', 'indexed_sources', 'final_block')
      ORDER BY 1`,
  )
  const result: Record<string, string[]> = {}
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(
      `SELECT t::text AS row FROM "${name}" t WHERE $1::text IS NULL OR chain = $1 ORDER BY t.id COLLATE "C"`,
      [chain ?? null],
    )
    result[name] = rows.map(({ row }) => row)
  }
  return result
}

async function headOf(url: string): Promise<{ chain: string; height: number; hash: string }> {
  const ask = async <T>(method: string, params: unknown[]): Promise<T> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    return ((await response.json()) as { result: T }).result
  }
  const block = await ask<{ number: string; hash: string }>('eth_getBlockByNumber', ['latest', false])
  const id = Number(await ask<string>('eth_chainId', []))
  return { chain: `eip155:${id}`, height: Number(block.number), hash: block.hash }
}

/** A chain as the config file has it. */
export interface ChainEntry {
  protocols: Record<
    string,
    { firstBlock?: number; contracts?: Record<string, string | string[]>; [key: string]: unknown } | undefined
  >
  [key: string]: unknown
}

function configOf({ database, chains, finality, maxRewind, neo4jUrl }: PipelineOptions): {
  chains: ChainEntry[]
  [key: string]: unknown
} {
  const reference = { firstBlock: 1, contracts: configuredContracts() }
  const ids = { alpha: 31337, beta: 31338, story: 1514 }
  return {
    postgres: { url: database.url },
    neo4j: neo4jUrl ? { url: neo4jUrl } : undefined,
    api: { port: 0 },
    chains: Object.entries(chains).map(([name, rpc]) => ({
      id: ids[name as keyof typeof ids],
      name,
      rpc,
      finality,
      maxRewind,
      pollIntervalMs: 100,
      protocols: name === 'story' ? { story: {} } : { reference },
    })),
  }
}
