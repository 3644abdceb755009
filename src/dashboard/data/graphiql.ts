import { type AnyVariables, stringifyDocument, type TypedDocumentNode } from '@urql/core'

/** GraphiQL with a question in it, as a page asks it. */
export function graphiqlHref<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): string {
  const given = Object.entries(variables ?? {}).filter(([, value]) => value !== null && value !== undefined)
  const parameters = new URLSearchParams({
    query: stringifyDocument(query),
    variables: JSON.stringify(Object.fromEntries(given), null, 2),
  })
  return `/graphql?${parameters}`
}
