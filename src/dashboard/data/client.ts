import { Client, type CombinedError, fetchExchange } from '@urql/core'

/** No cache: an answer is of the chains as they are now, and a page asks for what it shows at once. */
export const client = new Client({
  url: '/graphql',
  exchanges: [fetchExchange],
  preferGetMethod: false,
})

/** What went wrong, and what helps, in the API's own words. */
export interface Problem {
  message: string
  fix: string
}

export function problemOf(error: CombinedError): Problem {
  const [first] = error.graphQLErrors
  if (first) {
    const { fix } = first.extensions as { fix?: string }
    return { message: first.message, fix: fix ?? 'try again' }
  }
  return { message: 'The API does not answer.', fix: 'See whether its process runs, then try again.' }
}
