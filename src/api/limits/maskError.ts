import { randomBytes } from 'node:crypto'
import type { Logger } from '@subsquid/logger'
import { GraphQLError } from 'graphql'
import { GraphError, LineageRequestError } from '../../graph/graphError'
import { isPassing } from '../../graph/neo4j'
import { SnapshotClosedError, StatementTimeoutError } from '../../postgres/snapshotError'
import { RoyaltyCostError } from '../../royalties/costError'
import { StatementError } from '../../statements/errors'
import { userError } from '../userError'

/**
 * What a caller is told of an error. What the caller can mend is told as it is; anything else only with a number
 * under which the log has it, since messages of databases tell of what is behind.
 */
export function maskError(log: Logger): (error: unknown) => GraphQLError {
  return error => {
    const met = isGraphQLError(error) ? error : undefined
    const cause = met ? met.originalError : error
    const known = met && (!cause || isGraphQLError(cause)) ? met : mendable(cause)
    if (known) return at(known, met)
    if (isPassing(cause)) {
      log.warn(`a database does not answer: ${(cause as Error).message}`)
      return at(userError('UNAVAILABLE', 'a database does not answer', 'try again in some seconds'), met)
    }
    if (isDataException(cause)) {
      log.warn(`a value that Postgres refuses, at ${met?.path?.join('.')}: ${(cause as Error).message}`)
      const refused = 'a value is out of the range that the database has, or malformed'
      return at(userError('BAD_USER_INPUT', refused, 'correct the arguments of this field'), met)
    }
    const number = randomBytes(4).toString('hex')
    const inner = cause instanceof Error ? cause : new Error(String(cause))
    log.error({ number, path: met?.path?.join('.'), err: inner.stack }, `request failed: ${inner.message}`)
    const message = `internal error ${number}\n  fix: report it with this number; the server's log has the cause`
    return at(new GraphQLError(message, { extensions: { code: 'INTERNAL', number } }), met)
  }
}

/** Postgres's class 22: what it says of values, of which all come from callers. */
function isDataException(error: unknown): boolean {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown }
  return typeof code === 'string' && severity !== undefined && /^22[0-9A-Z]{3}$/.test(code)
}

/** By name: where two copies of the graphql module are loaded (ESM and CommonJS), `instanceof` knows half of them. */
function isGraphQLError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError'
}

function mendable(error: unknown): GraphQLError | undefined {
  if (error instanceof StatementTimeoutError)
    return userError(
      'TIMEOUT',
      `a part of the request took longer than ${error.timeoutMs} ms`,
      'ask for less: a smaller page, fewer levels, a narrower filter',
    )
  if (error instanceof SnapshotClosedError) return userError('TIMEOUT', 'the request has ended', 'ask again')
  if (error instanceof LineageRequestError)
    return new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT', fix: error.fix } })
  if (error instanceof GraphError)
    return userError('UNAVAILABLE', error.message.split('\n')[0]!, 'ask without engine')
  if (error instanceof RoyaltyCostError) return userError('TOO_COSTLY', error.message, error.fix)
  if (error instanceof StatementError) {
    const { code, problem, fix } = error
    return new GraphQLError(`${problem}\n  fix: ${fix}`, { extensions: { code, fix } })
  }
  return undefined
}

/** The error at the place of the query where it was met. */
function at(error: GraphQLError, met: GraphQLError | undefined): GraphQLError {
  if (error === met) return withCode(error)
  const { message, extensions } = error
  return new GraphQLError(message, { nodes: met?.nodes, path: met?.path, extensions })
}

/** A value that does not fit its type comes from graphql itself: its cause, where ours, has the code and the fix. */
function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code) return error
  const extensions = {
    code: 'BAD_USER_INPUT',
    ...(error.originalError as GraphQLError | undefined)?.extensions,
  }
  const { message, nodes, path } = error
  return new GraphQLError(message, { nodes, path, extensions })
}
