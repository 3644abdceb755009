import type { RequestScope } from '../scope'
import { userError } from '../userError'

/** Royalty flows that one request may ask for: each is some statements, and up to a second of work, of its own. */
export const MOST_FLOWS = 25

/** Counts a royalty flow, or the dues of a page of models, and refuses one too many. */
export function takeFlow(scope: RequestScope): void {
  const taken = scope.once(takeFlow, () => ({ count: 0 }))
  if (++taken.count > MOST_FLOWS)
    throw userError(
      'TOO_COSTLY',
      `more than ${MOST_FLOWS} royalty flows in one request`,
      'ask for them in several requests; entitled and owed of a whole page of models count as one',
    )
}
