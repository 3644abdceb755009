import { maxAliasesPlugin } from '@escape.tech/graphql-armor-max-aliases'
import { maxDepthPlugin } from '@escape.tech/graphql-armor-max-depth'
import { maxDirectivesPlugin } from '@escape.tech/graphql-armor-max-directives'
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens'
import type { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'

/**
 * What a query's text may be. How much it asks for is limited when its variables are known (cost.ts), and what it is
 * answered with while it runs: answer.ts, scope.ts, pageArgs.ts and config's api.timeoutMs.
 */
export const LIMITS = {
  /** a request's body, bytes: a long query with thousands of ids in its variables has some 100 kB */
  bodyBytes: 256 * 1024,
  /** words and signs of the query's text; GraphiQL's own introspection has some 300 */
  tokens: 2000,
  /** levels; an edge to a parent and its stake takes six, introspection up to 15 */
  depth: 16,
  aliases: 30,
  directives: 50,
}

/** The plugins that hold a query to these limits, with messages that say what to do. */
export function limitPlugins(): Plugin[] {
  return [
    maxTokensPlugin({
      n: LIMITS.tokens,
      onReject: [mendable('make the query shorter: use fragments and variables')],
    }),
    maxDepthPlugin({
      n: LIMITS.depth,
      onReject: [mendable('go less deep: start from an inner id, or use lineage() for many levels')],
    }),
    maxAliasesPlugin({
      n: LIMITS.aliases,
      onReject: [mendable('ask in several requests, or with a filter _in')],
    }),
    maxDirectivesPlugin({ n: LIMITS.directives, onReject: [mendable('use fewer directives')] }),
  ] as Plugin[]
}

function mendable(fix: string): (context: unknown, error: GraphQLError) => void {
  return (_, error) => {
    error.message = `${error.message.replace('Syntax Error: ', '').replace(/\.$/, '')}\n  fix: ${fix}`
    Object.assign(error.extensions, { code: 'TOO_COSTLY', fix })
  }
}
