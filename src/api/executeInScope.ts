import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  getOperationAST,
} from 'graphql'
import type { ApiContext } from './context'
import { mayBeKept } from './kept/answerFromMemory'
import type { Answer } from './limits/answer'
import type { AnswerMemory } from './limits/answerMemory'
import { tooCostly } from './limits/cost'
import type { Slots } from './limits/slots'
import type { ApiMetrics } from './metrics'
import { asOf, projectedAsOf } from './resolvers/chains'
import type { RequestScope } from './scope'
import { userError } from './userError'

export interface ScopeOptions {
  /** `alone`: for one statement, most likely */
  openScope: (alone: boolean) => RequestScope
  /** longest time for a request, or for one event of a subscription, ms */
  timeoutMs: number
  memory: AnswerMemory
  /** events of subscriptions that are worked out at once */
  events: Slots
  metrics: ApiMetrics
}

/** What Yoga adds to the context of a request over HTTP. */
export type RequestContext = ApiContext & { request?: Request; req?: IncomingMessage; res?: ServerResponse }

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>

/** Documents (which are kept, see documentCache.ts) whose answer took one statement when it was last worked out. */
const readByOneStatement = new WeakSet<DocumentNode>()

/**
 * Works out an answer in a scope of its own: one snapshot, opened by the first statement and closed when the answer is
 * complete, the time is over, the answer is too large, or the client has gone. Whoever gives the answer on releases it.
 */
export async function executeInScope(
  run: Execute,
  args: ExecutionArgs,
  answer: Answer,
  options: ScopeOptions,
): Promise<ExecutionResult> {
  const costly = tooCostly(args)
  if (costly) return { errors: [costly] }
  const { timeoutMs, metrics } = options
  const context = args.contextValue as RequestContext
  let scope = options.openScope(readByOneStatement.has(args.document))
  const operation = getOperationAST(args.document, args.operationName)?.operation ?? 'query'
  const stop = metrics.requestStarted(operation)
  const unbind = bound(answer, timeoutMs, context.request?.signal)
  let result: ExecutionResult
  try {
    const runIn = async (scope: RequestScope) =>
      withHeights(await run({ ...args, contextValue: { ...context, scope, answer } }), scope)
    const whole = runIn(scope).then(result => {
      if (!scope.torn || answer.stopped) return result
      scope.close().catch(() => {})
      metrics.statements.inc(scope.statements)
      scope = options.openScope(false)
      answer.again()
      return runIn(scope)
    })
    whole.catch(() => {}) // when it was stopped first
    result = await Promise.race([whole, answer.ended])
  } finally {
    unbind()
    answer.finish()
    metrics.statements.inc(scope.statements)
    // Not awaited: the answer need not wait for COMMIT, and a statement that is being cancelled may take a moment.
    scope.close().catch(() => {})
  }
  stop(result.errors?.length ? 'error' : 'ok')
  if (scope.wasOneStatement) readByOneStatement.add(args.document)
  else readByOneStatement.delete(args.document)
  const { keptAs } = scope
  if (operation === 'query' && !result.errors?.length && keptAs !== undefined) mayBeKept(context.req, keptAs)
  return result
}

/** The answer with the blocks that it is of. */
async function withHeights(result: ExecutionResult, scope: RequestScope): Promise<ExecutionResult> {
  if (!scope.used) return result
  try {
    const heights = await scope.heights()
    const projected = scope.projected && { projectedAsOf: projectedAsOf(scope.projected, heights) }
    return { ...result, extensions: { ...result.extensions, asOf: asOf(heights), ...projected } }
  } catch {
    return result // a statement failed before, and says why in the errors
  }
}

/** Stops an answer when its time is over or its client goes away; the function it gives lets it be. */
function bound(answer: Answer, timeoutMs: number, signal: AbortSignal | undefined): () => void {
  const fix = 'ask for less: a smaller page, fewer levels, a narrower filter'
  const late = () => answer.stop(userError('TIMEOUT', `the request took longer than ${timeoutMs} ms`, fix))
  const gone = () => answer.stop(new GraphQLError('the client has gone'))
  const timer = setTimeout(late, timeoutMs)
  if (signal?.aborted) gone()
  signal?.addEventListener('abort', gone)
  return () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', gone)
  }
}
