import type { Place } from '../address/url'
import { change } from '../address/useUrl'

/** Steps through a connection; where one is stands in the address, by the name of its parameter. */
export function Pages(props: {
  place: Place
  name: string
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}) {
  const { place, name, pageInfo } = props
  const after = place.query.get(name)
  if (!after && !pageInfo.hasNextPage) return null
  return (
    <p class="pages">
      {after && (
        <button type="button" onClick={() => change({ [name]: null })}>
          First page
        </button>
      )}
      {pageInfo.hasNextPage && (
        <button type="button" onClick={() => change({ [name]: pageInfo.endCursor })}>
          Next page
        </button>
      )}
    </p>
  )
}
