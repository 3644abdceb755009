import { createSourceEventStream, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql'
import type { RequestContext, ScopeOptions } from './executeInScope'
import type { SharedAnswer, SharedAnswers } from './live/sharedAnswers'
import { userError } from './userError'

/**
 * A subscription: each event is answered when the client has taken the one before. It ends when the client goes away or
 * the response is over, whatever became of it: Yoga may refuse an answer after the subscription was begun.
 */
export async function subscribeInScopes(
  args: ExecutionArgs,
  shared: SharedAnswers,
  { metrics }: Pick<ScopeOptions, 'metrics'>,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const { request, res } = args.contextValue as RequestContext
  if (request && !takesEvents(request)) return { errors: [notEvents(request)] }
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  const events = source[Symbol.asyncIterator]()
  /** what it takes in memory is held until the client asks for the next */
  let last: SharedAnswer | undefined
  metrics.subscriptions.inc()
  let open = true
  const end = async () => {
    if (!open) return
    open = false
    res?.off('close', end)
    metrics.subscriptions.dec()
    last?.leave()
    await events.return?.()
  }
  res?.once('close', end)
  if (res?.destroyed) await end()
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      last?.leave()
      try {
        const event = await events.next()
        if (event.done || !open) {
          await end()
          return { done: true, value: undefined }
        }
        last = shared.to(args, event.value)
        return { done: false, value: await last.result }
      } catch (error) {
        await end()
        throw error
      }
    },
    async return() {
      await end()
      return { done: true, value: undefined }
    },
  }
  return iterator
}

/** Whether the client can be sent server-sent events, the one form that answers to subscriptions have. */
function takesEvents(request: Request): boolean {
  const accept = request.headers.get('accept') ?? '*/*'
  return accept.split(',').some(type => /^\s*(text\/event-stream|text\/\*|\*\/\*)\s*(;|$)/i.test(type))
}

function notEvents(request: Request): GraphQLError {
  const { message, extensions } = userError(
    'BAD_USER_INPUT',
    `a subscription with accept: ${request.headers.get('accept')?.slice(0, 100)}`,
    'send accept: text/event-stream',
  )
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 406 } } })
}
