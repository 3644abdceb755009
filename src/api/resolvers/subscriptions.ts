import { lowerHex } from '../../postgres/lowerHex'
import type { ApiContext } from '../context'
import type { EntityModel } from '../entities/entityModel'
import { malformedId } from '../entities/ids'
import type { Change } from '../live/liveEvents'
import type { Notification } from '../live/notification'
import { userError } from '../userError'
import { chainStatuses } from './chains'
import { knownModel } from './model'

export const subscriptionDefs = /* GraphQL */ `
  """
  Live updates over server-sent events. Each event is answered from a snapshot of its own, after the commit; changes
  that come faster than they are read become one. A rollback of blocks is told like any change.
  """
  type Subscription {
    "a model, its edges, stake, revenue, versions, disputes or attestations changed; without id: any model"
    modelChanged(id: ID): ModelChange!
    "revenue reached a model, from its own use or a descendant's; without model: any. model: the earning or the paid one"
    royaltyPaid(model: ID): RoyaltyPayment!
    "a chain's heights moved; without chain: any"
    chainAdvanced(chain: ID): ChainStatus!
  }

  type ModelChange {
    "null: more models changed than are named, query anew"
    id: ID
    "as it is now; null: no longer known (its blocks were rolled back), or id is null"
    model: Model
  }

  type RoyaltyPayment {
    "id of the accrual; null: there were more than are named, query anew"
    id: ID
    "as it is now; null: its block was rolled back, or id is null"
    accrual: RoyaltyAccrual
  }
`

interface Subscription {
  subscribe: (source: unknown, args: never, context: ApiContext) => AsyncIterable<Change>
  resolve: (change: Change, args: never, context: ApiContext) => unknown
}

export function subscriptionResolvers(model: EntityModel): Record<string, Record<string, Subscription>> {
  const models = model.entity('Model')
  const accruals = model.entity('RoyaltyAccrual')
  return {
    Subscription: {
      modelChanged: {
        subscribe: (_, { id }: { id?: string | null }, { live }) => {
          const only = modelArgument(id)
          return live.subscribe(notification => {
            if (notification.kind !== 'model' && notification.kind !== 'edge') return undefined
            const changed = notification.keys?.flat()
            if (only) return !changed || changed.includes(only) ? [only] : undefined
            return changed ?? [null]
          })
        },
        resolve: async (id, _: unknown, { scope }) => ({
          id,
          model: id === null ? null : await knownModel(models, id, scope),
        }),
      },
      royaltyPaid: {
        subscribe: (_, { model: id }: { model?: string | null }, { live }) => {
          const only = modelArgument(id)
          return live.subscribe(notification => royaltiesOf(notification, only))
        },
        resolve: async (id, _: unknown, { scope }) => ({
          id,
          accrual: id === null ? null : ((await scope.entities.row(accruals, id)) ?? null),
        }),
      },
      chainAdvanced: {
        subscribe: (_, { chain }: { chain?: string | null }, { live, chains }) => {
          if (chain != null && !chains.includes(chain))
            throw userError(
              'BAD_USER_INPUT',
              `chain: ${chain} is not indexed`,
              `give one of ${chains.join(', ')}`,
            )
          return live.subscribe(notification => {
            if (notification.kind !== 'chain') return undefined
            const moved = notification.keys?.flat() ?? chains
            return chain == null ? moved : moved.filter(one => one === chain)
          })
        },
        resolve: async (chain, _: unknown, { scope, chains }) =>
          // Whoever notified of a chain that nobody knows: a status without figures.
          (await chainStatuses(scope, [...chains, chain as string])).find(status => status.id === chain),
      },
    },
  }
}

function royaltiesOf(notification: Notification, model: string | undefined): Change[] | undefined {
  if (notification.kind !== 'royalty') return undefined
  if (!notification.keys) return [null]
  return notification.keys
    .filter(([, from, to]) => !model || from === model || to === model)
    .map(([id]) => id!)
}

function modelArgument(given: string | null | undefined): string | undefined {
  if (given == null) return undefined
  const id = lowerHex(given)
  const malformed = malformedId('Model', id)
  if (malformed) throw malformed
  return id
}
