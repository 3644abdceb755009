import {
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isObjectType,
} from 'graphql'

/** What every list of an entity has, told once instead of for each. */
function isOfLists(type: GraphQLNamedType): boolean {
  return /(Connection|Where|Order)$/.test(type.name) || (isObjectType(type) && 'cursor' in type.getFields())
}

/** The API as a page for people: queries, subscriptions, types and enums with their descriptions, each with its links. */
export function printedReference(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap())
    .filter(type => !type.name.startsWith('__') && !isOfLists(type))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const roots = [schema.getQueryType()!, schema.getSubscriptionType()!]
  const objects = types.filter(isObjectType).filter(type => !roots.includes(type))
  const linked = new Set([...objects, ...types.filter(isEnumType)].map(type => type.name))
  return `${[
    '# API reference',
    'Made from the schema by `npx tsx src/api/printApi.ts`; a test checks that it is current. The schema itself is [api.graphql](../api.graphql), and GraphiQL at `/graphql` completes it as you type.',
    'Every list of an entity is a Relay connection (`nodes`, `edges`, `pageInfo`, `totalCount`; `first`, `after`, `last`, `before`), with `orderBy` (a field and `_ASC` or `_DESC`) and `where`: a field and `_eq _not_eq _gt _gte _lt _lte _in _not_in _isNull _contains _containsInsensitive _startsWith _endsWith`, a relation’s own filter (of a list by `_some _every _none`), `AND`, `OR`. Amounts are `BigInt`: text, in the token’s smallest unit. What a request may ask for is in [limits.md](limits.md).',
    ...roots.map(type => sectionOf(type.name === 'Query' ? 'Queries' : 'Subscriptions', type, linked)),
    '## Types',
    ...objects.map(type => sectionOf(type.name, type, linked, '###')),
    '## Enums',
    ...types.filter(isEnumType).map(
      type =>
        `### ${type.name}\n\n${text(type)}${type
          .getValues()
          .map(value => `- \`${value.name}\`${value.description ? `: ${line(value.description)}` : ''}`)
          .join('\n')}`,
    ),
  ].join('\n\n')}\n`
}

function sectionOf(title: string, type: GraphQLObjectType, linked: ReadonlySet<string>, mark = '##'): string {
  const rows = Object.values(type.getFields()).map(field => {
    const own = field.args.filter(
      ({ name }) => !['after', 'before', 'first', 'last', 'orderBy', 'where'].includes(name),
    )
    const args = own.map(({ name, type }) => `${name}: ${type}`).join(', ')
    return `| \`${field.name}${args && `(${args})`}\` | ${linkOf(String(field.type), linked)} | ${line(field.description ?? '')} |`
  })
  return `${mark} ${title}\n\n${text(type)}| field | type | |\n|---|---|---|\n${rows.join('\n')}`
}

/** The type, and where its fields are told; of a list of entities, the entity's. */
function linkOf(type: string, linked: ReadonlySet<string>): string {
  const name = type.replace(/[[\]!]/g, '')
  const entity = linked.has(name) ? name : name.replace(/Connection$/, '')
  return linked.has(entity) ? `[\`${type}\`](#${entity.toLowerCase()})` : `\`${type}\``
}

function text({ description }: { description?: string | null | undefined }): string {
  return description ? `${line(description)}\n\n` : ''
}

/** In a cell of a table: one line, and no bar. Markup that a description may hold is shown as it is. */
function line(description: string): string {
  return description
    .replace(/\s*\n\s*/g, ' ')
    .replace(/[|]/g, '\\|')
    .replace(/</g, '&lt;')
}
