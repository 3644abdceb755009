import { shown, userError } from '../userError'
import { type BackLink, backLinksOf } from './backLinks'
import { tableAs } from './columns'
import type { Entity, EntityField, EntityModel, FieldType } from './entityModel'
import { normalizeHex } from './ids'
import { type Link, linksOf } from './links'
import type { SqlParams } from './sqlParams'

/** A filter as the caller wrote it, after GraphQL has checked names and types. */
export type Where = Record<string, unknown>

/** Operators by what the field holds, named as Squid names them. */
const COMPARISON = ['eq', 'not_eq', 'gt', 'gte', 'lt', 'lte', 'in', 'not_in', 'isNull'] as const
const TEXT = [
  'contains',
  'not_contains',
  'containsInsensitive',
  'not_containsInsensitive',
  'startsWith',
  'not_startsWith',
  'endsWith',
  'not_endsWith',
] as const
const LIST = ['containsAll', 'containsAny', 'containsNone', 'isNull'] as const
const SAMENESS = ['eq', 'not_eq', 'isNull'] as const
const CHOICE = ['eq', 'not_eq', 'in', 'not_in', 'isNull'] as const
export type Operator = (typeof COMPARISON)[number] | (typeof TEXT)[number] | (typeof LIST)[number]

export const OPERATORS: Record<FieldType, readonly Operator[]> = {
  ID: [...COMPARISON, ...TEXT],
  String: [...COMPARISON, ...TEXT],
  Int: COMPARISON,
  BigInt: COMPARISON,
  DateTime: COMPARISON,
  Boolean: SAMENESS,
  Enum: CHOICE,
  StringList: LIST,
}

/** Conditions in one filter with its AND and OR, and values in one list: more is no question that a person asks. */
const MOST_CONDITIONS = 200
const MOST_VALUES = 1000
/** Filters on rows of rows of rows: each level is a subquery. */
const MOST_LEVELS = 3

type Term =
  | { kind: 'field'; field: EntityField; operator: Operator }
  | { kind: 'link'; link: Link; isNull: boolean }
  | { kind: 'rows'; rows: BackLink; quantifier: 'every' | 'some' | 'none' }

/** Turns filters of the API into SQL conditions. */
export class WhereCompiler {
  private readonly terms = new Map<string, Map<string, Term>>()

  constructor(private readonly model: EntityModel) {}

  /** The condition on rows of `entity` that the statement calls `alias`; undefined: all rows. */
  compile(
    entity: Entity,
    where: Where | null | undefined,
    alias: string,
    params: SqlParams,
  ): string | undefined {
    const run = { params, conditions: 0, aliases: 0 }
    return where ? this.group(entity, where, alias, run, 0) : undefined
  }

  /** Whether an index finds the rows, so that a statement costs what these are and not what the table is. */
  narrows(entity: Entity, where: Where | null): boolean {
    const { AND, OR, ...fields } = where ?? {}
    if (asList(OR).length > 0) return false
    const byIndex = Object.entries(fields).some(([key, value]) => {
      const term = value == null ? undefined : this.termsOf(entity).get(key)
      return (
        term?.kind === 'field' && term.field.indexed && (term.operator === 'eq' || term.operator === 'in')
      )
    })
    return byIndex || asList(AND).some(part => this.narrows(entity, part))
  }

  /**
   * As Squid does: the fields of one object all hold (AND); `AND` adds more that hold; `OR` gives alternatives to
   * all of that together. So `{a_eq: 1, b_eq: 2, OR: [{c_eq: 3}]}` is (a = 1 and b = 2) or c = 3.
   */
  private group(entity: Entity, where: Where, alias: string, run: Run, level: number): string | undefined {
    const { AND, OR, ...fields } = where
    countCondition(run) // an empty one too: a list or a nest of thousands is text, and levels of the call stack
    const all: string[] = []
    for (const [key, value] of Object.entries(fields)) {
      if (value === undefined) continue
      countCondition(run)
      all.push(this.term(entity, key, value, alias, run, level))
    }
    for (const part of asList(AND)) all.push(this.group(entity, part, alias, run, level) ?? 'true')
    const together = all.length > 0 ? all.map(part => `(${part})`).join(' AND ') : undefined
    const alternatives = asList(OR).map(part => this.group(entity, part, alias, run, level) ?? 'true')
    if (alternatives.length === 0) return together
    return [...(together ? [together] : []), ...alternatives].map(part => `(${part})`).join(' OR ')
  }

  private term(entity: Entity, key: string, value: unknown, alias: string, run: Run, level: number): string {
    const term = this.termsOf(entity).get(key)
    if (!term)
      throw userError(
        'BAD_USER_INPUT',
        `no filter ${key} on ${entity.name}`,
        'see the fields of the input type',
      )
    if (term.kind === 'field') return fieldCondition(term.field, term.operator, value, key, alias, run.params)
    if (value === null) throw nullValue(key)
    if (level >= MOST_LEVELS)
      throw userError(
        'TOO_COSTLY',
        `${key}: a filter over more than ${MOST_LEVELS} relations`,
        'filter in two steps, by id_in',
      )
    const inner = `${alias}_${++run.aliases}`
    if (term.kind === 'link') {
      const { field, target } = term.link
      const row = `SELECT FROM ${tableAs(target, inner)} WHERE ${inner}."id" = ${alias}."${field.column}"`
      if (term.isNull) return `${value ? 'NOT ' : ''}EXISTS (${row})`
      const condition = this.group(target, value as Where, inner, run, level + 1) ?? 'true'
      return `EXISTS (${row} AND (${condition}))`
    }
    const { entity: target, field } = term.rows
    const condition = this.group(target, value as Where, inner, run, level + 1) ?? 'true'
    const rows = `SELECT FROM ${tableAs(target, inner)} WHERE ${inner}."${field.column}" = ${alias}."id"`
    if (term.quantifier === 'every') return `NOT EXISTS (${rows} AND (${condition}) IS NOT TRUE)`
    return `${term.quantifier === 'none' ? 'NOT ' : ''}EXISTS (${rows} AND (${condition}))`
  }

  private termsOf(entity: Entity): Map<string, Term> {
    const known = this.terms.get(entity.name)
    if (known) return known
    const terms = new Map<string, Term>()
    for (const field of entity.fields)
      for (const operator of OPERATORS[field.type])
        terms.set(`${field.name}_${operator}`, { kind: 'field', field, operator })
    for (const link of linksOf(entity, this.model)) {
      terms.set(link.name, { kind: 'link', link, isNull: false })
      terms.set(`${link.name}_isNull`, { kind: 'link', link, isNull: true })
    }
    for (const rows of backLinksOf(entity, this.model))
      for (const quantifier of ['every', 'some', 'none'] as const)
        terms.set(`${rows.name}_${quantifier}`, { kind: 'rows', rows, quantifier })
    this.terms.set(entity.name, terms)
    return terms
  }
}

interface Run {
  params: SqlParams
  conditions: number
  aliases: number
}

function countCondition(run: Run): void {
  if (++run.conditions > MOST_CONDITIONS)
    throw userError(
      'TOO_COSTLY',
      `more than ${MOST_CONDITIONS} conditions in a filter`,
      'use _in, or ask in parts',
    )
}

const SYMBOL: Partial<Record<Operator, string>> = {
  eq: '=',
  not_eq: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
}

/** As in Squid: `_eq: null` asks for rows without a value; to any other value a row without one is neither equal nor unequal. */
function fieldCondition(
  field: EntityField,
  operator: Operator,
  given: unknown,
  key: string,
  alias: string,
  params: SqlParams,
): string {
  const column = `${alias}."${field.column}"`
  if (given === null && (operator === 'eq' || operator === 'not_eq'))
    return `${column} IS ${operator === 'eq' ? '' : 'NOT '}NULL`
  if (given === null) throw nullValue(key)
  if (operator === 'isNull') return `${column} IS ${given ? '' : 'NOT '}NULL`
  const value = operator.endsWith('eq') || operator.endsWith('in') ? normalizeHex(field, given) : given
  const symbol = SYMBOL[operator]
  if (symbol) return `${column} ${symbol} ${params.add(value, field.type)}`
  if (Array.isArray(value)) {
    if (value.length > MOST_VALUES)
      throw userError('TOO_COSTLY', `${key} with ${value.length} values`, `give at most ${MOST_VALUES}`)
    if (field.type === 'StringList') {
      const list = params.addList(value, 'String')
      if (operator === 'containsAll') return `${column} @> ${list}`
      return `${operator === 'containsNone' ? 'NOT ' : ''}${column} && ${list}`
    }
    const list = params.addList(value, field.type)
    return operator === 'in' ? `${column} = ANY(${list})` : `${column} <> ALL(${list})`
  }
  const text = params.add(value, 'String')
  const not = operator.startsWith('not_') ? 'NOT ' : ''
  switch (operator.replace('not_', '')) {
    case 'contains':
      return `${not}position(${text} in ${column}) > 0`
    case 'containsInsensitive':
      return `${not}position(lower(${text}) in lower(${column})) > 0`
    case 'startsWith':
      return `${not}starts_with(${column}, ${text})`
    case 'endsWith':
      return `${not}right(${column}, length(${text})) = ${text}`
    default:
      throw userError('BAD_USER_INPUT', `${key} with ${shown(given)}`, 'see the operators of the input type')
  }
}

function asList(value: unknown): Where[] {
  return Array.isArray(value) ? (value as Where[]) : []
}

function nullValue(key: string) {
  return userError('BAD_USER_INPUT', `${key}: null`, 'to ask for missing values write <field>_isNull: true')
}
