import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type FieldDefinitionNode, Kind, parse, type TypeNode } from 'graphql'
import { packageRoot } from '../../config/packageRoot'

/** What a column holds, as far as the API is concerned. */
export type FieldType = 'ID' | 'String' | 'Int' | 'BigInt' | 'DateTime' | 'Boolean' | 'Enum' | 'StringList'

export interface EntityField {
  name: string
  /** snake_case, as typeorm names it */
  column: string
  type: FieldType
  /** GraphQL name of the type without `!`: `BigInt`, `PoolKind`, `[String!]` */
  graphqlType: string
  nullable: boolean
  /** rows of a value are found by an index */
  indexed: boolean
  description?: string
}

/** One entity of schema.graphql: a table, and a type of the API. */
export interface Entity {
  name: string
  /** snake_case, as typeorm names it */
  table: string
  description?: string
  fields: EntityField[]
  field: Map<string, EntityField>
}

export interface EntityModel {
  entities: Entity[]
  entity(name: string): Entity
  /** enum name -> values */
  enums: Map<string, string[]>
}

const SCHEMA_FILE = path.join(packageRoot, 'schema.graphql')

/** Reads the data model that the tables were made from, so that API and tables cannot differ. */
export function readEntityModel(file = SCHEMA_FILE): EntityModel {
  const document = parse(readFileSync(file, 'utf8'))
  const enums = new Map<string, string[]>()
  for (const node of document.definitions) {
    if (node.kind === Kind.ENUM_TYPE_DEFINITION)
      enums.set(
        node.name.value,
        (node.values ?? []).map(value => value.name.value),
      )
  }
  const entities = document.definitions.flatMap(node => {
    if (node.kind !== Kind.OBJECT_TYPE_DEFINITION) return []
    if (!node.directives?.some(directive => directive.name.value === 'entity')) return []
    const fields = (node.fields ?? []).map(field => readField(field, enums))
    return {
      name: node.name.value,
      table: snakeCase(node.name.value),
      description: node.description?.value,
      fields,
      field: new Map(fields.map(field => [field.name, field])),
    }
  })
  const byName = new Map(entities.map(entity => [entity.name, entity]))
  return {
    entities,
    enums,
    entity(name) {
      const entity = byName.get(name)
      if (!entity)
        throw new Error(`no entity ${name} in ${file}\n  fix: name one that schema.graphql defines`)
      return entity
    },
  }
}

const SCALARS = new Set(['ID', 'String', 'Int', 'BigInt', 'DateTime', 'Boolean'])

function readField(node: FieldDefinitionNode, enums: Map<string, string[]>): EntityField {
  const nullable = node.type.kind !== Kind.NON_NULL_TYPE
  const graphqlType = typeName(node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : node.type)
  return {
    name: node.name.value,
    column: snakeCase(node.name.value),
    type: fieldType(graphqlType, enums),
    graphqlType,
    nullable,
    indexed: graphqlType === 'ID' || (node.directives ?? []).some(({ name }) => name.value === 'index'),
    description: node.description?.value,
  }
}

function fieldType(graphqlType: string, enums: Map<string, string[]>): FieldType {
  if (SCALARS.has(graphqlType)) return graphqlType as FieldType
  if (enums.has(graphqlType)) return 'Enum'
  if (graphqlType === '[String!]') return 'StringList'
  throw new Error(`schema.graphql: type ${graphqlType} has no place in the API\n  fix: add it to FieldType`)
}

function typeName(node: TypeNode): string {
  if (node.kind === Kind.NAMED_TYPE) return node.name.value
  if (node.kind === Kind.LIST_TYPE) return `[${typeName(node.type)}]`
  return `${typeName(node.type)}!`
}

function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, letter => `_${letter}`).toLowerCase()
}
