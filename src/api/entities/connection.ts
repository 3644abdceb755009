import type { Row } from './columns'
import { encodeCursor } from './cursor'
import type { PageRequest } from './pageArgs'

/** A page as the Relay connection types resolve it. */
export interface Connection {
  /** made only where edges are selected, as are cursors */
  edges: () => { cursor: () => string; node: Row }[]
  nodes: Row[]
  pageInfo: {
    hasNextPage: boolean
    hasPreviousPage: boolean
    startCursor: () => string | null
    endCursor: () => string | null
  }
  /** run only where totalCount is selected */
  totalCount: () => Promise<number>
}

/** The connection of a page, from its rows in reading order with one more than the page's size where more follow. */
export function connection(page: PageRequest, read: Row[], totalCount: () => Promise<number>): Connection {
  const more = read.length > page.size
  const nodes = read.slice(0, page.size)
  if (page.fromEnd) nodes.reverse()
  const cursor = (node: Row | undefined) => (node ? encodeCursor(page.order, node) : null)
  return {
    edges: () => nodes.map(node => ({ cursor: () => encodeCursor(page.order, node), node })),
    nodes,
    pageInfo: {
      // On the side of a cursor there is at least the row it was made from.
      hasNextPage: page.fromEnd ? page.before !== undefined : more,
      hasPreviousPage: page.fromEnd ? more : page.after !== undefined,
      startCursor: () => cursor(nodes[0]),
      endCursor: () => cursor(nodes.at(-1)),
    },
    totalCount,
  }
}
