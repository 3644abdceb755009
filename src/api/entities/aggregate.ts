import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql'
import { userError } from '../userError'
import { type Row, tableAs } from './columns'
import type { Entity, EntityField, EntityModel } from './entityModel'
import { linkedRow, type ResolverMap } from './entityResolvers'
import { linksOf } from './links'
import { plural } from './names'
import { DEFAULT_PAGE, LARGEST_PAGE } from './pageArgs'
import { statement } from './preparedTexts'
import { SqlParams } from './sqlParams'
import { type Where, WhereCompiler } from './where'

/** What rows can be put together by: the field of the first name that the entity has. */
const GROUPS: Record<string, readonly string[]> = {
  DAY: ['time', 'day', 'requestedAt'],
  CHAIN: ['chain'],
  PROTOCOL: ['protocol'],
  TOKEN: ['tokenId', 'assetId', 'currencyId'],
  KIND: ['kind'],
  MODEL: ['modelId', 'toModelId'],
}
/** Fields that hold who did it, the first of which an entity has counts its accounts. */
const ACCOUNTS = ['accountId', 'payerId', 'beneficiaryId', 'receiverId', 'earnerId', 'traderId', 'delegateId']

interface Aggregated {
  entity: Entity
  /** `DAY` -> its field */
  groups: Map<string, EntityField>
  amounts: EntityField[]
  account: EntityField | undefined
}

/** Entities with amounts, and what can be asked of their rows together. */
function aggregated(model: EntityModel): Aggregated[] {
  return model.entities.flatMap(entity => {
    const amounts = entity.fields.filter(({ type }) => type === 'BigInt')
    if (amounts.length === 0) return []
    const text = (names: readonly string[]) =>
      names.map(name => entity.field.get(name)).find(field => field && field.type !== 'BigInt')
    const groups = Object.entries(GROUPS).flatMap(([name, names]) => {
      const field = text(names)
      return field ? [[name, field] as const] : []
    })
    return [{ entity, groups: new Map(groups), amounts, account: text(ACCOUNTS) }]
  })
}

export function aggregateSdl(model: EntityModel): string {
  return aggregated(model)
    .map(({ entity, groups, amounts, account }) => {
      const { name } = entity
      const keys = [...groups].map(([group, field]) => {
        if (group === 'DAY') return '  "its midnight, UTC"\n  day: DateTime'
        const link = linksOf(entity, model).find(link => link.field === field)
        const type = field.type === 'Enum' ? field.graphqlType : 'String'
        return `  ${field.name}: ${type}${link ? `\n  ${link.name}: ${link.target.name}` : ''}`
      })
      return `
extend type Query {
  "Rows of ${name} that match, put together: of no group all of them."
  ${plural(entity)}Aggregate(where: ${name}Where, groupBy: [${name}Group!], first: Int = ${DEFAULT_PAGE}): ${name}Aggregates!
}

enum ${name}Group {
${[...groups.keys()].map(group => `  ${group}`).join('\n')}
}

type ${name}Aggregates {
  "in the order of what they are grouped by"
  groups: [${name}Aggregate!]!
  "there are more than first: narrow the filter"
  truncated: Boolean!
}

"Rows together. A key that is not grouped by is null."
type ${name}Aggregate {
${keys.join('\n')}
  count: Int!${account ? `\n  "different accounts (${account.name})"\n  accounts: Int!` : ''}
  "null: of no value. Amounts of different tokens are never added up"
  sum: ${name}Amounts!
  min: ${name}Amounts!
  max: ${name}Amounts!
}

type ${name}Amounts {
${amounts.map(field => `  ${field.name}: BigInt`).join('\n')}
}`
    })
    .join('\n')
}

interface AggregateArgs {
  where?: Where | null
  groupBy?: string[] | null
  first: number
}

export function aggregateResolvers(model: EntityModel): ResolverMap {
  const compiler = new WhereCompiler(model)
  const resolvers: ResolverMap = { Query: {} }
  for (const one of aggregated(model)) {
    const { entity, groups } = one
    resolvers.Query![`${plural(entity)}Aggregate`] = async (_, args: AggregateArgs, { scope }, info) => {
      if (args.first < 0 || args.first > LARGEST_PAGE)
        throw userError('BAD_USER_INPUT', `first: ${args.first}`, `give 0 to ${LARGEST_PAGE}`)
      const by = [...new Set(args.groupBy ?? [])]
      const asked = namesIn(info)
      refuseMixedTokens(one, by, args.where, asked)
      const statement = aggregateStatement(one, by, args, asked, compiler)
      const rows = compiler.narrows(entity, args.where ?? null)
        ? await scope.query<Row>(statement)
        : await scope.queryMuch<Row>(statement)
      const found = rows.slice(0, args.first)
      return {
        groups: found.map(row => shaped(row, one)),
        truncated: rows.length > args.first,
      } as unknown as Row
    }
    const links = linksOf(entity, model).filter(({ field }) => [...groups.values()].includes(field))
    resolvers[`${entity.name}Aggregate`] = Object.fromEntries(
      links.map(({ name, field, target }) => [
        name,
        (source, _, { scope }) => {
          // Absent where the groups are not by it.
          const id = source[field.name] as string | null | undefined
          return id == null ? null : linkedRow(target, id, scope)
        },
      ]),
    )
  }
  return resolvers
}

/** A sum over several tokens says nothing, and looks as if it did. */
function refuseMixedTokens(
  { entity, groups }: Aggregated,
  by: readonly string[],
  where: Where | null | undefined,
  asked: ReadonlySet<string>,
): void {
  const token = groups.get('TOKEN')
  if (!token || !['sum', 'min', 'max'].some(name => asked.has(name))) return
  if (by.includes('TOKEN') || where?.[`${token.name}_eq`] != null) return
  throw userError(
    'BAD_USER_INPUT',
    `amounts of ${entity.name} in several tokens`,
    `group by TOKEN, or ask for one with where: { ${token.name}_eq }`,
  )
}

/** One group more than is asked for shows whether there are more. */
function aggregateStatement(
  { entity, groups, amounts, account }: Aggregated,
  by: readonly string[],
  { where, first }: AggregateArgs,
  asked: ReadonlySet<string>,
  compiler: WhereCompiler,
) {
  const params = new SqlParams()
  const keys = by.map(group => {
    const { column, name } = groups.get(group)!
    return group === 'DAY'
      ? { sql: `date_trunc('day', t."${column}", 'UTC')`, name: 'day' }
      : { sql: `t."${column}"`, name }
  })
  const figures = ['sum', 'min', 'max'].flatMap(figure =>
    asked.has(figure)
      ? amounts
          .filter(({ name }) => asked.has(name))
          .map(({ name, column }) => `${figure}(t."${column}")::text AS "${figure} ${name}"`)
      : [],
  )
  const accounts =
    account && asked.has('accounts') ? [`count(DISTINCT t."${account.column}")::int AS accounts`] : []
  const columns = [
    ...keys.map(({ sql, name }) => `${sql} AS "${name}"`),
    'count(*)::int AS count',
    ...accounts,
    ...figures,
  ]
  const order = keys.map(({ sql, name }) => (name === 'day' ? sql : `${sql} COLLATE "C"`)).join(', ')
  const text = `SELECT ${columns.join(', ')} FROM ${tableAs(entity, 't')}
    WHERE ${compiler.compile(entity, where, 't', params) ?? 'true'}
    ${keys.length > 0 ? `GROUP BY ${keys.map(({ sql }) => sql).join(', ')} ORDER BY ${order}` : ''}
    LIMIT ${params.raw(first + 1, 'int')}`
  return statement(`aggregate-${entity.table}`, text, params.values)
}

function shaped(row: Row, { amounts }: Aggregated): Row {
  const figure = (name: string) =>
    Object.fromEntries(amounts.map(field => [field.name, row[`${name} ${field.name}`] ?? null]))
  return { ...row, sum: figure('sum'), min: figure('min'), max: figure('max') }
}

/** Names of all fields that are asked for anywhere below: what is not among them is not worked out. */
function namesIn(info: GraphQLResolveInfo): Set<string> {
  const names = new Set<string>()
  const spread = new Set<string>()
  const visit = (selection: SelectionSetNode | undefined) => {
    for (const node of selection?.selections ?? []) {
      if (node.kind === Kind.FIELD) names.add(node.name.value)
      if (node.kind !== Kind.FRAGMENT_SPREAD) visit(node.selectionSet)
      else if (!spread.has(node.name.value)) {
        spread.add(node.name.value)
        visit(info.fragments[node.name.value]?.selectionSet)
      }
    }
  }
  for (const node of info.fieldNodes) visit(node.selectionSet)
  return names
}
