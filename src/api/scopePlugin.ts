import type { ExecutionArgs } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import type { ApiContext } from './context'
import { type Execute, executeInScope, type RequestContext, type ScopeOptions } from './executeInScope'
import { Answer } from './limits/answer'
import { SharedAnswers } from './live/sharedAnswers'
import { subscribeInScopes } from './subscribe'

/** Runs each request, and each event of a subscription, in a scope of its own. */
export function scopePlugin(options: ScopeOptions): Plugin<ApiContext> {
  const shared = new SharedAnswers(options)
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args: ExecutionArgs) => {
        const { res } = args.contextValue as RequestContext
        const answer = new Answer(options.memory)
        // Its memory counts until the client has taken it.
        res?.once('close', () => answer.release())
        const result = await executeInScope(executeFn as Execute, args, answer, options)
        if (!res || res.destroyed) answer.release()
        return result
      })
    },
    onSubscribe({ setSubscribeFn }) {
      setSubscribeFn((args: ExecutionArgs) => subscribeInScopes(args, shared, options))
    },
  }
}
