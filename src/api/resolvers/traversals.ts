import type { RequestScope } from '../scope'
import { userError } from '../userError'

/** Walks through the graph that one request may make: each is some statements of its own, unlike rows and pages. */
export const MOST_TRAVERSALS = 25

/** Counts a walk through the graph, and refuses one too many. */
export function takeTraversal(scope: RequestScope): void {
  const taken = scope.once(takeTraversal, () => ({ count: 0 }))
  if (++taken.count > MOST_TRAVERSALS)
    throw userError(
      'TOO_COSTLY',
      `more than ${MOST_TRAVERSALS} lineages or royalty flows in one request`,
      `ask for ancestors, descendants, inheritedTvl, entitled and owed of at most ${MOST_TRAVERSALS} models at once`,
    )
}
