import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  getOperationAST,
} from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ApiContext } from './context'
import type { ApiMetrics } from './metrics'
import { asOf } from './resolvers/chains'
import type { RequestScope } from './scope'
import { userError } from './userError'

export interface ScopeOptions {
  openScope: () => RequestScope
  /** longest time for a request, or for one event of a subscription, ms */
  timeoutMs: number
  metrics: ApiMetrics
}

type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>

/**
 * Runs each request, and each event of a subscription, in a scope of its own: one snapshot, opened by the first
 * statement and closed when the answer is complete, the time is over, or the client has gone.
 */
export function scopePlugin(options: ScopeOptions): Plugin<ApiContext> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn((args: ExecutionArgs) => executeInScope(executeFn as Execute, args, options))
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => subscribeInScopes(args, options))
    },
  }
}

async function executeInScope(
  run: Execute,
  args: ExecutionArgs,
  options: ScopeOptions,
): Promise<ExecutionResult> {
  const { timeoutMs, metrics } = options
  const scope = options.openScope()
  const context = args.contextValue as ApiContext & { request?: Request }
  const operation = getOperationAST(args.document, args.operationName)?.operation ?? 'query'
  const stop = metrics.requestStarted(operation)
  const ended = new Ending(timeoutMs, context.request?.signal)
  let result: ExecutionResult
  try {
    const answer = Promise.resolve(run({ ...args, contextValue: { ...context, scope } }))
    result = await Promise.race([answer.then(answer => withHeights(answer, scope)), ended.promise])
    answer.catch(() => {}) // when the time was over first
  } finally {
    ended.clear()
    metrics.statements.inc(scope.statements)
    // Not awaited: the answer need not wait for COMMIT, and a statement that is being cancelled may take a moment.
    scope.close().catch(() => {})
  }
  stop(result.errors?.length ? 'error' : 'ok')
  return result
}

/** The answer with the blocks that it is of. */
async function withHeights(result: ExecutionResult, scope: RequestScope): Promise<ExecutionResult> {
  if (!scope.used) return result
  try {
    const heights = asOf(await scope.heights())
    return { ...result, extensions: { ...result.extensions, asOf: heights } }
  } catch {
    return result // a statement failed before, and says why in the errors
  }
}

/** The time limit of a request, or its client's going away, as an answer. */
class Ending {
  readonly promise: Promise<ExecutionResult>
  private timer: NodeJS.Timeout | undefined
  private onAbort: (() => void) | undefined

  constructor(
    timeoutMs: number,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.promise = new Promise(resolve => {
      const late = () => {
        const fix = 'ask for less: a smaller page, fewer levels, a narrower filter'
        resolve({
          data: null,
          errors: [userError('TIMEOUT', `the request took longer than ${timeoutMs} ms`, fix)],
        })
      }
      this.timer = setTimeout(late, timeoutMs)
      this.onAbort = () => resolve({ data: null, errors: [new GraphQLError('the client has gone')] })
      signal?.addEventListener('abort', this.onAbort)
    })
  }

  clear(): void {
    clearTimeout(this.timer)
    if (this.onAbort) this.signal?.removeEventListener('abort', this.onAbort)
  }
}

async function subscribeInScopes(
  args: ExecutionArgs,
  options: ScopeOptions,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  const events = source[Symbol.asyncIterator]()
  options.metrics.subscriptions.inc()
  let open = true
  const end = () => {
    if (open) options.metrics.subscriptions.dec()
    open = false
  }
  return {
    [Symbol.asyncIterator]() {
      return {
        async next() {
          const event = await events.next().catch(error => {
            end()
            throw error
          })
          if (event.done) {
            end()
            return { done: true, value: undefined }
          }
          return {
            done: false,
            value: await executeInScope(execute, { ...args, rootValue: event.value }, options),
          }
        },
        async return() {
          end()
          await events.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
