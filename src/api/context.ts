import type { Pool } from 'pg'
import type { LiveEvents } from './live/liveEvents'
import type { GraphReader } from './resolvers/graphReader'
import type { RequestScope } from './scope'

/** What resolvers get. */
export interface ApiContext {
  /** this request's snapshot and loaders; of a subscription: this event's */
  scope: RequestScope
  pool: Pool
  live: LiveEvents
  graph: GraphReader
}
