import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
} from 'graphql'
import { executeInScope, type RequestContext, type ScopeOptions } from './executeInScope'
import { Answer } from './limits/answer'
import { userError } from './userError'

/**
 * A subscription: each event is answered when the client has taken the one before. It ends when the client goes away or
 * the response is over, whatever became of it: Yoga may refuse an answer after the subscription was begun.
 */
export async function subscribeInScopes(
  args: ExecutionArgs,
  options: ScopeOptions,
): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  const { request, res } = args.contextValue as RequestContext
  if (request && !takesEvents(request)) return { errors: [notEvents(request)] }
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  const events = source[Symbol.asyncIterator]()
  const answer = new Answers(options)
  options.metrics.subscriptions.inc()
  let open = true
  const end = async () => {
    if (!open) return
    open = false
    res?.off('close', end)
    options.metrics.subscriptions.dec()
    answer.end()
    await events.return?.()
  }
  res?.once('close', end)
  if (res?.destroyed) await end()
  const iterator: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      answer.release()
      try {
        const event = await events.next()
        if (!event.done) return { done: false, value: await answer.to(args, event.value) }
        await end()
        return { done: true, value: undefined }
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

/** Answers to events, one after another; what one takes in memory is held until the client asks for the next. */
class Answers {
  private last: Answer | undefined
  private ended = false

  constructor(private readonly options: ScopeOptions) {}

  /** Events of many subscribers come at once: in turns, so that they do not take all connections from requests. */
  to(args: ExecutionArgs, event: unknown): Promise<ExecutionResult> {
    return this.options.events.in(async () => {
      if (this.ended) return {}
      this.last = new Answer(this.options.memory)
      return executeInScope(execute, { ...args, rootValue: event }, this.last, this.options)
    })
  }

  release(): void {
    this.last?.release()
  }

  /** Nobody waits for them any more. */
  end(): void {
    this.ended = true
    this.last?.stop()
    this.release()
  }
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
