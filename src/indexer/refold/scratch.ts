import type { Pool, PoolClient } from 'pg'
import type { DataSource } from 'typeorm'
import { createPool } from '../../postgres/pool'
import { entities, openEntities } from '../entities'
import { tableOf } from '../entityTable'

/** Passes: a processor waits for it. */
export class RefoldInUse extends Error {
  override readonly name = 'RefoldInUse'

  constructor(chain: string) {
    super(`${chain}: another process folds this chain again just now\n  fix: wait until it has ended`)
  }
}

/** Any number that nobody else of us locks; the chain's id is the second. */
const LOCK = 7_305_772

/**
 * Copies of the entities' tables in a schema of their own, where a chain is folded again: without the triggers, so
 * nobody is told of what is written; unlogged, since all of it can be had again.
 */
export class Scratch {
  private constructor(
    /** the copies' names and columns */
    readonly source: DataSource,
    readonly pool: Pool,
    private readonly schema: string,
    /** holds the lock */
    private readonly holder: PoolClient,
  ) {}

  /**
   * Empty copies; what a former process left of them is removed.
   *
   * @throws RefoldInUse where another process folds the chain again just now
   */
  static async open(url: string, chain: { id: number; name: string }): Promise<Scratch> {
    const schema = `refold_${chain.id}`
    const pool = createPool(url, { max: 4, applicationName: `provenance-refold-${chain.name}` })
    let holder: PoolClient | undefined
    try {
      holder = await pool.connect()
      const { rows } = await holder.query<{ locked: boolean }>(
        `SELECT pg_try_advisory_lock($1, $2) AS locked`,
        [LOCK, chain.id],
      )
      if (!rows[0]!.locked) {
        throw new RefoldInUse(chain.name)
      }
      await holder.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE; CREATE SCHEMA "${schema}"`)
      const source = await openEntities(url, schema)
      for (const entity of entities) {
        const { key, name } = tableOf(source, entity)
        await holder.query(
          `CREATE UNLOGGED TABLE ${name} (LIKE "${key}" INCLUDING DEFAULTS INCLUDING INDEXES)`,
        )
      }
      return new Scratch(source, pool, schema, holder)
    } catch (error) {
      holder?.release(true) // or the pool would wait for it
      await pool.end().catch(() => {})
      throw error
    }
  }

  /** Fresh statistics, without which what reads the tables next may be planned for empty ones. */
  async analyze(): Promise<void> {
    const names = entities.map(entity => tableOf(this.source, entity).name)
    await this.holder.query(`ANALYZE ${names.join(', ')}`)
  }

  /** Throws where the lock was lost with its connection: the tables may be another process's by now. */
  async requireHeld(): Promise<void> {
    await this.holder.query('SELECT')
  }

  async empty(): Promise<void> {
    const names = entities.map(entity => tableOf(this.source, entity).name)
    await this.holder.query(`TRUNCATE ${names.join(', ')}`)
  }

  async close(): Promise<void> {
    await this.holder.query(`DROP SCHEMA IF EXISTS "${this.schema}" CASCADE`).catch(() => {})
    this.holder.release(true)
    await this.source.destroy()
    await this.pool.end()
  }
}
