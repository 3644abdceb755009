import type { GraphQLSchema } from 'graphql'
import type { Prng } from '../../src/sandbox/scenario/prng'
import type { Target } from './target'

/** What attacks share. */
export interface Field {
  target: Target
  schema: GraphQLSchema
  /** cursors and continuations that were answered */
  cursors: string[]
}

/** Does one thing to the server; gives what it found wrong, with all that is needed to see it again. */
export type Attack = (field: Field, prng: Prng) => Promise<string | undefined>

/** What no answer may tell: files, stacks, statements, addresses of databases. */
const LEAK = /node_modules|\bat \S+ \(|\.[jt]s:\d|postgres(ql)?:\/\/|SELECT .* FROM|pg_catalog|INTERNAL/

/** Sends a GraphQL request and says what is wrong with its answer. */
export async function ask(field: Field, body: string, init: RequestInit = {}): Promise<string | undefined> {
  const response = await fetch(`${field.target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    ...init,
  })
  const text = await response.text()
  const wrong = faultOf(response.status, text)
  if (wrong) return `${wrong}\n${body.slice(0, 3000)}\n${text.slice(0, 1500)}`
  for (const [, cursor] of text.matchAll(/"(?:endCursor|continuation)":"([\w-]{1,2000})"/g)) {
    field.cursors.push(cursor!)
    if (field.cursors.length > 200) field.cursors.shift()
  }
  return undefined
}

/** What an answer must not be, whatever was asked. */
export function faultOf(status: number, text: string): string | undefined {
  if (status >= 500 && status !== 503 && status !== 504) return `status ${status}`
  const leak = LEAK.exec(text)
  if (leak) return `the answer tells ${leak[0]}`
  try {
    const { errors } = JSON.parse(text) as { errors?: { message?: string; extensions?: { code?: string } }[] }
    const dumb = errors?.find(({ message, extensions }) => !message || !extensions?.code)
    return dumb && `an error without a code: ${JSON.stringify(dumb)}`
  } catch {
    return text === '' && status < 500 ? undefined : `no JSON, status ${status}`
  }
}
