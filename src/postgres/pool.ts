import { Pool } from 'pg'

export interface PoolOptions {
  /** most connections at once; a GraphQL request holds one while it is answered */
  max?: number
  /** shown in pg_stat_activity */
  applicationName?: string
}

/** A pool of connections to the Postgres at `url`. Connections are made when first needed. */
export function createPool(url: string, options: PoolOptions = {}): Pool {
  const pool = new Pool({
    connectionString: url,
    max: options.max ?? 10,
    application_name: options.applicationName ?? 'provenance',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
  })
  // An idle connection that breaks is replaced by the pool when next needed; unheard, its error would end the process.
  pool.on('error', () => {})
  return pool
}
