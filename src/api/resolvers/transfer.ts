import DataLoader from 'dataloader'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import type { RequestScope } from '../scope'

export const transferDefs = /* GraphQL */ `
  extend type CrossChainTransfer {
    "its other end, on the other chain; null: not seen (yet)"
    counterpart: CrossChainTransfer
  }

  extend type Token {
    "what has left its chain, or come to it, and is not seen at the other end (yet)"
    inTransit: TokenTransit!
  }

  """
  Transfers of a token between chains of which one end is seen alone, at the heights of \`asOf\`: each amount sent is either
  in \`amount\` or has arrived. It is in no pool, so TVL counts it nowhere until it is staked where it arrives.
  """
  type TokenTransit {
    "Σ sent, and not seen to arrive, wei of this token"
    amount: BigInt!
    "of how many transfers"
    transfers: Int!
    "when the oldest of them was sent; null: there is none"
    since: DateTime
    "Σ arrived, whose sending is not seen (yet): that chain is not indexed as far, or not at all. wei of this token"
    unsent: BigInt!
  }
`

/** The two ends of a transfer between chains meet by guid. */
export function transferResolvers(model: EntityModel): ResolverMap {
  const entity = model.entity('CrossChainTransfer')
  return {
    CrossChainTransfer: {
      counterpart: async (source, _, { scope }) => {
        const ends = await endsOf(entity, source.guid as string, scope)
        return (
          ends.find(end => end.direction !== source.direction && end.protocol === source.protocol) ?? null
        )
      },
    },
    Token: { inTransit: (source, _, { scope }) => transitOf(source.id as string, scope) },
  }
}

/** Index on guid. */
function endsOf(entity: Entity, guid: string, scope: RequestScope): Promise<Row[]> {
  const loader = scope.once(endsOf, () => {
    return new DataLoader<string, Row[]>(async guids => {
      const rows = await scope.query<Row>({
        name: 'transfer-ends',
        text: `SELECT ${columnList(entity, 't')} FROM ${tableAs(entity, 't')}
                WHERE t.guid = ANY($1::text[]) ORDER BY t.id COLLATE "C"`,
        values: [guids],
      })
      return grouped(guids, rows, row => row.guid)
    })
  })
  return loader.load(guid)
}

interface TokenTransit {
  amount: string
  transfers: number
  since: Date | null
  unsent: string
}

const NOTHING: TokenTransit = { amount: '0', transfers: 0, since: null, unsent: '0' }

/** Indexes: cross_chain_transfer (token_id), (guid). */
function transitOf(token: string, scope: RequestScope): Promise<TokenTransit> {
  const loader = scope.once(transitOf, () => {
    return new DataLoader<string, TokenTransit>(async tokens => {
      const rows = await scope.query<TokenTransit & { tokenId: string }>({
        name: 'tokens-in-transit',
        text: `SELECT t.token_id AS "tokenId",
                      coalesce(sum(t.amount) FILTER (WHERE t.direction = 'SENT'), 0)::text AS amount,
                      (count(*) FILTER (WHERE t.direction = 'SENT'))::int AS transfers,
                      min(t.time) FILTER (WHERE t.direction = 'SENT') AS since,
                      coalesce(sum(t.amount) FILTER (WHERE t.direction = 'RECEIVED'), 0)::text AS unsent
                 FROM cross_chain_transfer t
                WHERE t.token_id = ANY($1::text[])
                  AND NOT EXISTS (SELECT FROM cross_chain_transfer o
                                   WHERE o.guid = t.guid AND o.protocol = t.protocol AND o.direction <> t.direction)
                GROUP BY t.token_id`,
        values: [tokens],
      })
      const found = new Map(rows.map(row => [row.tokenId, row]))
      return tokens.map(one => found.get(one) ?? NOTHING)
    })
  })
  return loader.load(token)
}
