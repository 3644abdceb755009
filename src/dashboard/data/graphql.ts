import { initGraphQLTada } from 'gql.tada'
import type { introspection } from './graphql-env'

export { type FragmentOf, type ResultOf, readFragment, type VariablesOf } from 'gql.tada'

/** Makes a query whose answer and variables have the types that api.graphql says. */
export const graphql = initGraphQLTada<{
  introspection: introspection
  scalars: { BigInt: string; DateTime: string; ID: string }
  disableMasking: true
}>()
