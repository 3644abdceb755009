import { backLinksOf } from './backLinks'
import type { Entity, EntityField, EntityModel } from './entityModel'
import { ANSWERS_WITHOUT_ROW, linksOf } from './links'
import { plural, singular } from './names'
import { orderValues } from './order'
import { OPERATORS } from './where'

const LIST_OPERATORS = new Set(['in', 'not_in'])

/** The GraphQL types, filters, orders, connections and queries of all entities, as SDL. */
export function entitySdl(model: EntityModel): string {
  return [
    ...[...model.enums].map(
      ([name, values]) => `enum ${name} {\n${values.map(value => `  ${value}`).join('\n')}\n}`,
    ),
    PAGE_INFO,
    ...model.entities.flatMap(entity => [
      objectType(entity, model),
      whereType(entity, model),
      orderType(entity),
      connectionTypes(entity),
    ]),
    queries(model),
  ].join('\n\n')
}

const PAGE_INFO = `"What Relay asks about a page."
type PageInfo {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

"Anything that has an id."
interface Node {
  id: ID!
}`

function objectType(entity: Entity, model: EntityModel): string {
  const fields = entity.fields.map(
    field =>
      `${doc(field.description)}  ${field.name}: ${field.graphqlType}${mayBeMissing(entity, field) ? '' : '!'}`,
  )
  const links = linksOf(entity, model).map(link => {
    const always = ANSWERS_WITHOUT_ROW.has(link.target.name) && !mayBeMissing(entity, link.field)
    return `  ${link.name}: ${link.target.name}${always ? '!' : ''}`
  })
  const backLinks = backLinksOf(entity, model).map(
    link => `  ${link.name}${connectionArgs(link.entity)}: ${link.entity.name}Connection!`,
  )
  const body = [...fields, ...links, ...backLinks].join('\n')
  return `${doc(entity.description, '')}type ${entity.name} implements Node {\n${body}\n}`
}

/** A model or an account that no row has yet is known by its id alone. */
function mayBeMissing(entity: Entity, field: EntityField): boolean {
  if (field.nullable) return true
  if (!ANSWERS_WITHOUT_ROW.has(entity.name)) return false
  return !(field.name === 'id' || field.name === 'address')
}

function whereType(entity: Entity, model: EntityModel): string {
  const lines = entity.fields.flatMap(field => {
    const type = field.type === 'StringList' ? 'String' : field.graphqlType
    return OPERATORS[field.type].map(operator => {
      const list = LIST_OPERATORS.has(operator) || (field.type === 'StringList' && operator !== 'isNull')
      return `  ${field.name}_${operator}: ${operator === 'isNull' ? 'Boolean' : list ? `[${type}!]` : type}`
    })
  })
  for (const link of linksOf(entity, model))
    lines.push(`  ${link.name}: ${link.target.name}Where`, `  ${link.name}_isNull: Boolean`)
  for (const link of backLinksOf(entity, model))
    for (const quantifier of ['every', 'some', 'none'])
      lines.push(`  ${link.name}_${quantifier}: ${link.entity.name}Where`)
  lines.push(`  AND: [${entity.name}Where!]`, `  OR: [${entity.name}Where!]`)
  return `input ${entity.name}Where {\n${lines.join('\n')}\n}`
}

function orderType(entity: Entity): string {
  return `enum ${entity.name}Order {\n${orderValues(entity)
    .map(value => `  ${value}`)
    .join('\n')}\n}`
}

function connectionTypes({ name }: Entity): string {
  return `type ${name}Connection {
  edges: [${name}Edge!]!
  nodes: [${name}!]!
  pageInfo: PageInfo!
  "rows that match the filter, on all pages; counted only when asked for"
  totalCount: Int!
}

type ${name}Edge {
  cursor: String!
  node: ${name}!
}`
}

function queries(model: EntityModel): string {
  const lines = model.entities.flatMap(entity => [
    ...(ANSWERS_WITHOUT_ROW.has(entity.name) ? [] : [`  ${singular(entity)}(id: ID!): ${entity.name}`]),
    `  ${plural(entity)}${connectionArgs(entity)}: ${entity.name}Connection!`,
  ])
  return `type Query {\n${lines.join('\n')}\n}`
}

function connectionArgs({ name }: Entity): string {
  return `(where: ${name}Where, orderBy: [${name}Order!], first: Int, after: String, last: Int, before: String)`
}

function doc(description: string | undefined, indent = '  '): string {
  return description ? `${indent}${JSON.stringify(description)}\n` : ''
}
