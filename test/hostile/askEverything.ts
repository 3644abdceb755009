import {
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { readEntityModel } from '../../src/api/entities/entityModel'
import { buildApiSchema } from '../../src/api/schema'

/**
 * Queries that between them ask every field of every entity's rows, of what those rows lead to, and every figure of a
 * model that is worked out when it is read.
 */
export function queriesOfEverything(rows: number): string[] {
  const schema = buildApiSchema(readEntityModel())
  const connections = Object.values(schema.getQueryType()!.getFields()).filter(field =>
    getNamedType(field.type).name.endsWith('Connection'),
  )
  return connections.map(({ name, type }) => {
    const node = nodeOf(schema, getNamedType(type).name)
    const one = node.name === 'Model'
    return `{ ${name}(first: ${one ? 4 : rows}) { totalCount edges { cursor } nodes { ${leaves(node)} ${
      one ? modelFigures(schema) : links(node)
    } } } }`
  })
}

/** Figures over the lineage of each of these models, and over all. */
export function queriesOf(models: string[]): string[] {
  const schema = buildApiSchema(readEntityModel())
  const query = schema.getQueryType()!.getFields()
  const fields = (name: string, depth: number) =>
    selection(getNamedType(query[name]!.type) as GraphQLObjectType, depth)
  return [
    `{ tvl { ${fields('tvl', 2)} } }`,
    ...models.flatMap(model => [
      ...['IN', 'OUT'].map(
        direction =>
          `{ royaltyFlow(model: "${model}", direction: ${direction}) { ${fields('royaltyFlow', 2)} } }`,
      ),
      `{ lineage(model: "${model}", direction: BOTH) { ${fields('lineage', 2)} } }`,
      `{ tvl(model: "${model}", interval: WEEK) { ${fields('tvl', 2)} } }`,
    ]),
  ]
}

export function statementOf(account: string): string {
  const type = buildApiSchema(readEntityModel()).getType('RoyaltyStatement') as GraphQLObjectType
  const { nodes } = (getNamedType(type.getFields().lines!.type) as GraphQLObjectType).getFields()
  const line = leaves(getNamedType(nodes!.type) as GraphQLObjectType)
  return `{ royaltyStatement(account: "${account}", from: "2025-01-01", to: "2030-01-01", partial: true) {
    ${selection(type, 1)} lines(first: 50) { nodes { ${line} } } } }`
}

function modelFigures(schema: GraphQLSchema): string {
  const stake = selection(schema.getType('ModelStake') as GraphQLObjectType, 2)
  const royalties = selection(schema.getType('ModelRoyalties') as GraphQLObjectType, 1)
  return `stake { ${stake} } royalties { ${royalties} }`
}

function nodeOf(schema: GraphQLSchema, connection: string): GraphQLObjectType {
  const { nodes } = (schema.getType(connection) as GraphQLObjectType).getFields()
  return getNamedType(nodes!.type) as GraphQLObjectType
}

function leaves(type: GraphQLObjectType): string {
  return selection(type, 0)
}

/** The rows that a row names, without those that name it. */
function links(type: GraphQLObjectType): string {
  return Object.values(type.getFields())
    .filter(({ type: of, args }) => isObjectType(nullable(of)) && args.length === 0)
    .map(({ name, type: of }) => within(name, leaves(getNamedType(of) as GraphQLObjectType)))
    .join(' ')
}

function selection(type: GraphQLObjectType, depth: number): string {
  return Object.values(type.getFields())
    .filter(({ args }) =>
      args.every(({ type: of, defaultValue }) => !isNonNullType(of) || defaultValue !== undefined),
    )
    .map(({ name, type: of }) => {
      const inner = getNamedType(of)
      if (isLeafType(inner)) return name
      if (depth === 0 || !isObjectType(inner) || inner.name.endsWith('Connection')) return ''
      return within(name, selection(inner, depth - 1))
    })
    .join(' ')
}

/** Nothing where nothing of it can be asked for at that depth. */
function within(name: string, fields: string): string {
  return fields.trim() === '' ? '' : `${name} { ${fields} }`
}

function nullable(type: unknown) {
  return isNonNullType(type) ? type.ofType : isListType(type) ? undefined : type
}
