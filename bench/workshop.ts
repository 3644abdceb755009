import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Client } from 'pg'
import { migrate } from '../src/postgres/migrate'
import { type Postgres, startPostgres } from '../src/sandbox/postgres'

/** A Postgres of the benchmark's own, as durable as a user's, and what else it started; all gone at the end. */
export class Workshop {
  private stops: (() => Promise<unknown>)[] = []
  private made = 0

  private constructor(
    readonly folder: string,
    readonly postgres: Postgres,
  ) {}

  static async open(): Promise<Workshop> {
    const folder = mkdtempSync(path.join(tmpdir(), 'provenance-bench-'))
    chmodSync(folder, 0o755) // Postgres may run as another user than ours
    try {
      const postgres = await startPostgres({
        dataDir: path.join(folder, 'postgres'),
        database: 'template_bench',
      })
      const workshop = new Workshop(folder, postgres)
      await migrate(postgres.url)
      return workshop
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
  }

  /** Runs `work` in a workshop, and closes it whatever happens. */
  static async during<T>(work: (workshop: Workshop) => Promise<T>): Promise<T> {
    const workshop = await Workshop.open()
    try {
      return await work(workshop)
    } finally {
      await workshop.close()
    }
  }

  /** Stops it at the end, before Postgres. */
  keep<T extends { stop(): Promise<unknown> }>(server: T): T {
    this.stops.push(() => server.stop())
    return server
  }

  /** A new database, migrated and empty, or a copy of another; its URL. */
  async database(template = 'template_bench'): Promise<string> {
    const name = `bench_${++this.made}`
    await this.admin(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    return this.urlOf(name)
  }

  async drop(url: string): Promise<void> {
    await this.admin(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`)
  }

  /** So that each measurement begins with the same amount of work left behind by the one before: none. */
  async checkpoint(): Promise<void> {
    await this.admin('CHECKPOINT')
  }

  async close(): Promise<void> {
    for (const stop of this.stops.reverse()) await stop().catch(error => console.error(error))
    await this.postgres.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private urlOf(database: string): string {
    const url = new URL(this.postgres.url)
    url.pathname = `/${database}`
    return url.href
  }

  private async admin(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.urlOf('postgres') })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
}

/** One statement, on a connection of its own. */
export async function query<Row>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(sql, values)).rows as Row[]
  } finally {
    await client.end()
  }
}
