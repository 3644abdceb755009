import { lowerHex } from '../../postgres/lowerHex'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import { type ResolverMap, rowById } from '../entities/entityResolvers'
import { isAddress, malformedId, parseModelId } from '../entities/ids'
import type { RequestScope } from '../scope'
import { shown, userError } from '../userError'
import { accountById } from './account'
import { modelById } from './model'

export const nodeDefs = /* GraphQL */ `
  extend type Query {
    """
    Anything by its id. A contract's id may be that of an account, a royalty vault and a discovered contract at once:
    the account is given; write RoyaltyVault:<id> or DiscoveredContract:<id> for another.
    """
    node(id: ID!): Node
  }
`

/** Ids begin with a chain in lower case, so a type before it is never mistaken. */
const TYPED = /^([A-Z][A-Za-z]*):(.+)$/s

export function nodeResolvers(model: EntityModel): ResolverMap {
  return {
    Query: {
      node: (_, { id }: { id: string }, { scope }) => nodeOf(model, id, scope),
    },
  }
}

/** What an id names, with or without its type before it; null: nothing. */
export async function nodeOf(
  model: EntityModel,
  given: string,
  scope: RequestScope,
): Promise<(Row & { __typename: string }) | null> {
  const typed = TYPED.exec(given)
  const id = lowerHex(typed ? typed[2]! : given)
  const type = typed ? typed[1]! : await typeOf(model, id, scope)
  if (!type) {
    const malformed = malformedId('node', id)
    if (malformed) throw malformed
    return null
  }
  if (!model.entities.some(entity => entity.name === type))
    throw userError('MALFORMED_ID', `${shown(given)}: no type ${type}`, 'write an id as answers give it')
  const row = await read(model, type, id, scope)
  return row && { __typename: type, ...row }
}

function read(model: EntityModel, type: string, id: string, scope: RequestScope): Promise<Row | null> {
  if (type === 'Model') return modelById(model.entity('Model'), id, scope)
  if (type === 'Account') return accountById(model.entity('Account'), id, scope)
  return rowById(model.entity(type), id, scope)
}

/** The entity that has a row of this id, or could (a model that only others name): one look into each table's primary key, in one statement. */
async function typeOf(model: EntityModel, id: string, scope: RequestScope): Promise<string | undefined> {
  if (isAddress(id)) return 'Account'
  if (id.includes('\0')) return 'Model' // refused there, as malformed
  const [row] = await scope.query<{ type: string }>({
    name: 'node-type',
    text: `${model.entities
      .map(
        ({ name, table }, i) =>
          `SELECT '${name}' AS type, ${name === 'Account' ? -1 : i} AS rank FROM "${table}" WHERE id = $1`,
      )
      .join(' UNION ALL ')} ORDER BY rank LIMIT 1`,
    values: [id],
  })
  return row?.type ?? (parseModelId(id) ? 'Model' : undefined)
}
