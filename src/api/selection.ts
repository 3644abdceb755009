import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'

/** Whether the query asks the resolved object for any of these fields; one under @skip or @include counts as asked for. */
export function asksFor(info: GraphQLResolveInfo, fields: readonly string[]): boolean {
  const inside = (selection: SelectionSetNode | undefined): boolean =>
    (selection?.selections ?? []).some(node => {
      if (node.kind === Kind.FIELD) return fields.includes(node.name.value)
      // Validation has refused fragments that contain themselves.
      return inside(
        node.kind === Kind.INLINE_FRAGMENT
          ? node.selectionSet
          : info.fragments[node.name.value]?.selectionSet,
      )
    })
  return info.fieldNodes.some(node => inside(node.selectionSet))
}
