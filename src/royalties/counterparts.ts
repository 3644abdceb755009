import type { Snapshot } from '../postgres/snapshot'
import { type Counterparts, counterpartKey } from './entitlement'

interface Delivery {
  to: string
  sent: string
  chain: string
  received: string
}

/** Which tokens messages paid out to each of some models. */
export class Deliveries {
  private readonly byModel = new Map<string, Delivery[]>()

  constructor(deliveries: readonly Delivery[]) {
    for (const delivery of deliveries) {
      const known = this.byModel.get(delivery.to)
      if (known) known.push(delivery)
      else this.byModel.set(delivery.to, [delivery])
    }
  }

  /**
   * Which token a message in a token pays out on another chain, as deliveries to these models have shown. Where
   * deliveries disagree, the first in the order of ids.
   */
  among(models: Iterable<string>): Counterparts {
    const counterparts = new Map<string, string>()
    for (const model of models) {
      for (const { sent, chain, received } of this.byModel.get(model) ?? []) {
        const key = counterpartKey(sent, chain)
        const known = counterparts.get(key)
        if (known === undefined || received < known) counterparts.set(key, received)
      }
    }
    return counterparts
  }
}

/** Indexes: cross_chain_transfer (to_model_id), (guid). */
export async function readDeliveries(db: Snapshot, models: readonly string[]): Promise<Deliveries> {
  return new Deliveries(
    await db.query<Delivery>({
      name: 'flow-deliveries',
      text: `SELECT r.to_model_id AS "to", s.token_id AS sent, r.chain, min(r.token_id COLLATE "C") AS received
               FROM cross_chain_transfer r
               JOIN cross_chain_transfer s ON s.guid = r.guid AND s.direction = 'SENT' AND s.protocol = r.protocol
              WHERE r.direction = 'RECEIVED' AND r.to_model_id = ANY ($1::text[])
              GROUP BY 1, 2, 3`,
      values: [models],
    }),
  )
}
