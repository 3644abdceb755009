import type { GraphQLResolveInfo } from 'graphql'
import { lowerHex } from '../../postgres/lowerHex'
import type { ApiContext } from '../context'
import { type BackLink, backLinksOf } from './backLinks'
import type { Row } from './columns'
import type { Connection } from './connection'
import type { Entity, EntityModel } from './entityModel'
import { malformedId, parseAccountId, parseModelId } from './ids'
import { linksOf } from './links'
import { plural, singular } from './names'
import { type ConnectionArgs, pageRequest } from './pageArgs'

type Resolver = (source: Row, args: never, context: ApiContext, info: GraphQLResolveInfo) => unknown
export type ResolverMap = Record<string, Record<string, Resolver>>

/** Resolvers of what entitySdl() declares. */
export function entityResolvers(model: EntityModel): ResolverMap {
  const resolvers: ResolverMap = { Query: {} }
  for (const entity of model.entities) {
    const query = resolvers.Query!
    query[singular(entity)] = (_, { id }: { id: string }, { scope }) => rowById(entity, id, scope)
    query[plural(entity)] = (_, args: ConnectionArgs, { scope }) =>
      scope.entities.page(pageRequest(entity, args, 'id_ASC'))
    resolvers[entity.name] = { ...linkResolvers(entity, model), ...backLinkResolvers(entity, model) }
    resolvers[`${entity.name}Connection`] = {
      totalCount: source => (source as unknown as Connection).totalCount(),
    }
  }
  return resolvers
}

/** The row of an id that a caller wrote: null where there is none, an error where there can be none. */
export async function rowById(
  entity: Entity,
  given: string,
  scope: ApiContext['scope'],
): Promise<Row | null> {
  const id = lowerHex(given)
  const row = id.includes('\0') ? undefined : await scope.entities.row(entity, id)
  if (row) return row
  const malformed = malformedId(entity.name, id)
  if (malformed) throw malformed
  return null
}

/** The row that a link names; for a model or an account without one, what its id tells. */
export async function linkedRow(target: Entity, id: string, scope: ApiContext['scope']): Promise<Row | null> {
  return (await scope.entities.row(target, id)) ?? rowFromId(target.name, id)
}

/** What the id of a missing row tells; null for entities of which an id tells nothing. */
export function rowFromId(entity: string, id: string): Row | null {
  if (entity === 'Model') return { id, ...parseModelId(id), stub: true }
  if (entity === 'Account') {
    const account = parseAccountId(id)
    return { id, chain: account?.chain, address: account?.address ?? id.slice(id.lastIndexOf(':') + 1) }
  }
  return null
}

function linkResolvers(entity: Entity, model: EntityModel): Record<string, Resolver> {
  return Object.fromEntries(
    linksOf(entity, model).map(({ name, field, target }) => [
      name,
      async (source, _, { scope }) => {
        // Rows of a walk through the graph have a part of the fields.
        const id =
          source[field.name] !== undefined
            ? source[field.name]
            : await storedValue(entity, source, field.name, scope)
        return typeof id === 'string' ? linkedRow(target, id, scope) : null
      },
    ]),
  )
}

async function storedValue(
  entity: Entity,
  source: Row,
  field: string,
  scope: ApiContext['scope'],
): Promise<unknown> {
  return source.stub ? null : (await scope.entities.row(entity, source.id))?.[field]
}

function backLinkResolvers(entity: Entity, model: EntityModel): Record<string, Resolver> {
  return Object.fromEntries(
    backLinksOf(entity, model).map(link => [
      link.name,
      (source: Row, args: ConnectionArgs, { scope }: ApiContext) => pageOfRow(link, source, args, scope),
    ]),
  )
}

function pageOfRow(link: BackLink, source: Row, args: ConnectionArgs, scope: ApiContext['scope']) {
  return scope.entities.pageOf(link, idsOf(source), pageRequest(link.entity, args, link.order))
}

/** An address that is asked for on all chains stands for several accounts. */
export function idsOf(source: Row): string[] {
  return (source.ids as string[] | undefined) ?? [source.id]
}
