import { userError } from '../userError'
import { type Cursor, decodeCursor } from './cursor'
import type { Entity } from './entityModel'
import { type Order, parseOrder } from './order'
import type { Where } from './where'

/** Arguments of a Relay connection, as GraphQL hands them over. */
export interface ConnectionArgs {
  where?: Where | null
  orderBy?: readonly string[] | null
  first?: number | null
  after?: string | null
  last?: number | null
  before?: string | null
}

/** A page that is asked for: rows of `order` between two cursors, the first or the last `size` of them. */
export interface PageRequest {
  entity: Entity
  where: Where | null
  order: Order
  size: number
  /** the last rows of the range instead of the first */
  fromEnd: boolean
  after: Cursor | undefined
  before: Cursor | undefined
}

export const DEFAULT_PAGE = 20
export const LARGEST_PAGE = 500

export function pageRequest(entity: Entity, args: ConnectionArgs, defaultOrder: string): PageRequest {
  const { first, last } = args
  if (first != null && last != null)
    throw userError(
      'BAD_USER_INPUT',
      'both first and last',
      'give one: first from the beginning, last from the end',
    )
  const order = parseOrder(entity, args.orderBy?.length ? args.orderBy : [defaultOrder])
  return {
    entity,
    where: args.where ?? null,
    order,
    size: pageSize(first, 'first') ?? pageSize(last, 'last') ?? DEFAULT_PAGE,
    fromEnd: last != null,
    after: args.after == null ? undefined : decodeCursor(order, args.after, 'after'),
    before: args.before == null ? undefined : decodeCursor(order, args.before, 'before'),
  }
}

function pageSize(value: number | null | undefined, name: string): number | undefined {
  if (value == null) return undefined
  if (value >= 0 && value <= LARGEST_PAGE) return value
  const fix = `give 0 to ${LARGEST_PAGE}; for more, page on with after: pageInfo.endCursor`
  throw userError(value < 0 ? 'BAD_USER_INPUT' : 'TOO_COSTLY', `${name}: ${value}`, fix)
}
