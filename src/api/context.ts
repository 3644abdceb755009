import type { Engine, Lineage } from '../graph/lineage'
import type { Policies } from '../prices/policy'
import type { Answer } from './limits/answer'
import type { LiveEvents } from './live/liveEvents'
import type { RequestScope } from './scope'

/** What resolvers get. */
export interface ApiContext {
  /** this request's snapshot and loaders; of a subscription: this event's */
  scope: RequestScope
  /** what the request is answered with, while it is worked out */
  answer: Answer
  live: LiveEvents
  /** CAIP-2 ids of the configured chains */
  chains: readonly string[]
  /** where people look at a chain's transactions, by its id */
  explorers: Readonly<Record<string, string>>
  /** where each token's price is from */
  prices: Policies
  /** who answers questions about lineage at a scope's snapshot: who is faster, or the one that is named */
  lineage(scope: RequestScope, engine?: Engine | null): Lineage
}
