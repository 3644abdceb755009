import neo4j, { type Driver, Neo4jError } from 'neo4j-driver'
import type { Config } from '../config/config'

export type Neo4jConfig = NonNullable<Config['neo4j']>

/** A driver for the configured server. It connects when first used. Integers come as bigint. */
export function connectNeo4j(config: Neo4jConfig): Driver {
  const auth = config.password ? neo4j.auth.basic(config.user ?? 'neo4j', config.password) : undefined
  return neo4j.driver(config.url, auth, {
    useBigInt: true,
    telemetryDisabled: true,
    connectionTimeout: 5_000,
    connectionAcquisitionTimeout: 10_000,
    maxConnectionPoolSize: 20,
    userAgent: 'provenance',
  })
}

/**
 * Whether an error of Neo4j or Postgres says "not now" (down, restarting, out of connections, deadlock), so that the same
 * may work later. A refused statement or password stays refused.
 */
export function isPassing(error: unknown): boolean {
  if (error instanceof Neo4jError) {
    const refused =
      error.code.startsWith('Neo.ClientError.') && !error.code.startsWith('Neo.ClientError.Transaction.')
    return !refused && error.code !== 'ProtocolError'
  }
  const { code, message } = error as { code?: string; message?: string }
  if (typeof code === 'string') {
    // Node's socket errors; Postgres' classes 08 connection, 40 rollback, 53 resources, 57P operator intervention.
    return (
      /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code) || /^(08|40|53|57P)/.test(code)
    )
  }
  // pg gives these two without a code.
  return /^Connection terminated|^timeout expired|timeout exceeded when trying to connect/.test(message ?? '')
}
