import neo4j, { type Driver, Neo4jError } from 'neo4j-driver'
import type { Config } from '../config/config'
import { StatementTimeoutError } from '../postgres/snapshotError'

export type Neo4jConfig = NonNullable<Config['neo4j']>

/** A driver for the configured server. It connects when first used. Integers come as bigint. */
export function connectNeo4j(config: Neo4jConfig): Driver {
  const auth = config.password ? neo4j.auth.basic(config.user ?? 'neo4j', config.password) : undefined
  return neo4j.driver(config.url, auth, {
    useBigInt: true,
    telemetryDisabled: true,
    connectionTimeout: 5_000,
    connectionAcquisitionTimeout: 10_000,
    // By itself for a moment only (two writers' deadlock): the projector waits, and says for what, and the API answers without.
    maxTransactionRetryTime: 2_000,
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
    // Also the driver's ProtocolError: so it calls some of the connections that are cut while they are opened.
    return !error.code.startsWith('Neo.ClientError.') || error.code.startsWith('Neo.ClientError.Transaction.')
  }
  const { code, message, cause } = error as { code?: unknown; message?: string; cause?: unknown }
  if (typeof code === 'string') {
    // Node's socket errors; Postgres' classes 08 connection, 40 rollback, 53 resources, 57 operator intervention (57014:
    // a statement that took too long), 25006: a primary that has become a standby, 55000: a database that takes no connections.
    // ERR_OUT_OF_RANGE: Neo4j's driver reads beyond a handshake that ended half-way.
    return (
      /^(ERR_OUT_OF_RANGE|ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)/.test(code) ||
      /^(08...|40...|53...|57...|25006|55000)$/.test(code)
    )
  }
  if (error instanceof StatementTimeoutError) return isPassing(cause)
  // pg gives these without a code.
  return /^Connection terminated|not queryable|^timeout expired|timeout exceeded when trying to connect/.test(
    message ?? '',
  )
}

/** Whether it comes from Neo4j, Postgres or the way to them, and not from a mistake of ours: they may mend what fails now. */
export function isOfADatabase(error: unknown): boolean {
  if (error instanceof Neo4jError || isPassing(error)) return true
  const { code } = error as { code?: unknown }
  // Node's own complaints about how it is used are ours, those about TLS are not.
  return typeof code === 'string' && !/^ERR_(?!TLS|SSL)/.test(code)
}

/** Whether the server answered, and not the way to it: asked for less at a time it may do it. */
export function isOfTheServer(error: unknown): error is Neo4jError {
  return error instanceof Neo4jError && error.code.startsWith('Neo.')
}

/**
 * Whether it may be the values that the server does not take (one that is too long for an index is a DatabaseError), so
 * that it does the rest without them. It may also be that it takes nothing at all: that is to be tried.
 */
export function isRefusal(error: unknown): error is Neo4jError {
  return (
    error instanceof Neo4jError &&
    /^Neo\.(ClientError|DatabaseError)\./.test(error.code) &&
    !/^Neo\.ClientError\.(Transaction|Security|Cluster)\./.test(error.code)
  )
}
