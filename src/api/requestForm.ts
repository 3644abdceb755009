import { GraphQLError } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { userError } from './userError'

/** What a page of another site cannot send without asking first, unlike a form. */
const TYPES = /^application\/(json|graphql\+json|graphql)\s*(;|$)/i

/**
 * Refuses what Yoga would take or fail on: forms, which any web page may post without a preflight; compressed bodies,
 * whose size nobody knows; and parameters in a URL that are no JSON.
 */
export function requestFormPlugin(): Plugin {
  return {
    onRequestParse({ request, requestParser, setRequestParser, endResponse }) {
      const { method, headers } = request
      if (method === 'POST') {
        const type = headers.get('content-type')
        if (!TYPES.test(type ?? '')) return endResponse(unsupported(`content-type ${shortened(type)}`))
        const encoding = headers.get('content-encoding') ?? 'identity'
        if (encoding !== 'identity')
          return endResponse(unsupported(`content-encoding ${shortened(encoding)}`, 'send it uncompressed'))
      }
      if (method !== 'GET' || !requestParser) return
      setRequestParser(async request => {
        try {
          return await requestParser(request)
        } catch (error) {
          throw error instanceof SyntaxError ? notJson() : error
        }
      })
    },
  }
}

function unsupported(met: string, fix = 'send JSON, with content-type application/json'): Response {
  const { message, extensions } = userError('BAD_USER_INPUT', met, fix)
  return Response.json({ errors: [{ message, extensions }] }, { status: 415 })
}

function notJson(): GraphQLError {
  const fix = 'write them as JSON, percent-encoded: variables=%7B%22n%22%3A1%7D'
  const { message, extensions } = userError('BAD_USER_INPUT', 'variables or extensions are no JSON', fix)
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 400 } } })
}

function shortened(text: string | null): string {
  return text === null ? 'is missing' : text.slice(0, 100)
}
