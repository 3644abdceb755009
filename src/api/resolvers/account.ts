import DataLoader from 'dataloader'
import { lowerHex } from '../../postgres/lowerHex'
import type { ApiContext } from '../context'
import { columnList, type Row, tableAs } from '../entities/columns'
import type { Entity, EntityModel } from '../entities/entityModel'
import { type ResolverMap, rowById } from '../entities/entityResolvers'
import { grouped } from '../entities/grouped'
import { isAddress } from '../entities/ids'

export const accountDefs = /* GraphQL */ `
  extend type Query {
    """
    An account by CAIP-10 (eip155:1:0x…), or an address (0x…) on all chains at once: its connections then hold the rows
    of every chain, and chain is null. Null: no event was about it.
    """
    account(id: ID!): Account
  }

  extend type Account {
    "the same address on each chain where it was seen, this account included"
    onChains: [Account!]!
  }
`

export function accountResolvers(model: EntityModel): ResolverMap {
  const entity = model.entity('Account')
  return {
    Query: { account: (_, { id }: { id: string }, { scope }) => accountById(entity, id, scope) },
    Account: {
      onChains: async (source, _, { scope }) => {
        const rows = await accountsOf(entity, source.address as string, scope)
        return rows.length > 0 ? rows : [source]
      },
    },
  }
}

/** One account, or for a bare address the accounts of all chains as one. */
export async function accountById(
  entity: Entity,
  given: string,
  scope: ApiContext['scope'],
): Promise<Row | null> {
  const id = lowerHex(given)
  if (!isAddress(id)) return rowById(entity, id, scope)
  const rows = await accountsOf(entity, id, scope)
  if (rows.length === 0) return null
  return { id, address: id, chain: null, block: null, time: null, ids: rows.map(row => row.id) }
}

/** Accounts by address, each chain's one: index on address. */
function accountsOf(entity: Entity, address: string, scope: ApiContext['scope']): Promise<Row[]> {
  const loader = scope.once(accountsOf, () => {
    return new DataLoader<string, Row[]>(async addresses => {
      const rows = await scope.query<Row>({
        name: 'accounts-by-address',
        text: `SELECT ${columnList(entity, 'a')} FROM ${tableAs(entity, 'a')}
                WHERE a.address = ANY($1::text[]) ORDER BY a.id COLLATE "C"`,
        values: [addresses],
      })
      return grouped(addresses, rows, row => row.address)
    })
  })
  return loader.load(address)
}
