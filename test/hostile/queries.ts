import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import type { Prng } from '../../src/sandbox/scenario/prng'
import { scalar, spoiled } from './values'

export interface Query {
  query: string
  variables: Record<string, unknown>
}

/** Writes queries that the schema allows, of whatever size and shape, with the oddest arguments. */
export class QueryWriter {
  private variables: Record<string, unknown> = {}
  private declared: string[] = []
  private fragments: string[] = []
  private fields = 0

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly prng: Prng,
    /** cursors and continuations of answers, to be given back as they are or spoiled */
    private readonly cursors: readonly string[],
  ) {}

  query(): Query {
    this.variables = {}
    this.declared = []
    this.fragments = []
    this.fields = this.prng.pick([3, 10, 40, 150])
    const root = this.schema.getQueryType()!
    const selection = this.selection(root, this.prng.int(1, 7))
    const head = this.declared.length > 0 ? `query (${this.declared.join(', ')})` : 'query'
    return { query: [`${head} ${selection}`, ...this.fragments].join('\n'), variables: this.variables }
  }

  private selection(type: GraphQLObjectType, depth: number): string {
    const fields = Object.values(type.getFields())
    const chosen = this.prng.sample(fields, this.prng.pick([1, 1, 2, 3, 6]))
    const parts = chosen.flatMap(field => {
      if (this.fields-- <= 0) return []
      const named = getNamedType(field.type)
      const alias = this.prng.chance(10) ? `a${this.prng.int(0, 5)}_${field.name}: ` : ''
      const call = `${alias}${field.name}${this.arguments(field.args)}${this.directive()}`
      if (isLeafType(named)) return [call]
      if (depth <= 0) return []
      if (isObjectType(named)) return [`${call} ${this.selection(named, depth - 1)}`]
      if (!isInterfaceType(named)) return []
      const one = this.prng.pick(this.schema.getPossibleTypes(named))
      return [`${call} { id __typename ... on ${one.name} ${this.selection(one, depth - 1)} }`]
    })
    if (parts.length === 0) parts.push('__typename')
    const selection = `{ ${parts.join(' ')} }`
    if (!this.prng.chance(8)) return selection
    if (this.prng.chance(50)) return `{ ... on ${type.name} ${selection} }`
    const name = `F${this.fragments.length}`
    this.fragments.push(`fragment ${name} on ${type.name} ${selection}`)
    return `{ ...${name} ...${name} }`
  }

  private directive(): string {
    if (!this.prng.chance(3)) return ''
    return this.prng.pick([' @include(if: true)', ' @skip(if: false)', ' @skip(if: true)'])
  }

  private arguments(args: readonly GraphQLArgument[]): string {
    const given = args.flatMap(arg => {
      if (!isNonNullType(arg.type) && !this.prng.chance(35)) return []
      const value = this.argument(arg)
      if (this.prng.chance(50)) return [`${arg.name}: ${literal(value, arg.type)}`]
      const name = `v${this.declared.length}`
      this.declared.push(`$${name}: ${String(arg.type)}`)
      this.variables[name] = value
      return [`${arg.name}: $${name}`]
    })
    return given.length > 0 ? `(${given.join(', ')})` : ''
  }

  private argument(arg: GraphQLArgument): unknown {
    if (/^(after|before|continuation)$/.test(arg.name) && this.cursors.length > 0) {
      const cursor = this.prng.pick(this.cursors)
      return this.prng.chance(40) ? cursor : spoiled(cursor, this.prng)
    }
    return this.value(arg.type, 4)
  }

  private value(type: GraphQLInputType, depth: number): unknown {
    const plain = getNullableType(type)
    if (isListType(plain)) {
      const length = this.prng.pick([0, 1, 1, 2, depth > 3 ? 1001 : 3])
      const one = this.value(plain.ofType, depth - 1)
      return Array.from({ length }, (_, i) => (i < 3 ? this.value(plain.ofType, depth - 1) : one))
    }
    if (isEnumType(plain)) return this.prng.pick(plain.getValues()).name
    if (!isInputObjectType(plain)) return scalar(plain.name, this.prng)
    const fields = this.prng.sample(Object.values(plain.getFields()), depth <= 0 ? 0 : this.prng.int(0, 3))
    return Object.fromEntries(fields.map(field => [field.name, this.value(field.type, depth - 1)]))
  }
}

/** A value as it is written in a query; enums without quotes. */
function literal(value: unknown, type: GraphQLInputType): string {
  const plain = getNullableType(type)
  if (Array.isArray(value)) {
    const item = isListType(plain) ? plain.ofType : plain
    return `[${value.map(one => literal(one, item)).join(', ')}]`
  }
  if (typeof value === 'object' && value !== null) {
    const fields = isInputObjectType(plain) ? plain.getFields() : {}
    const parts = Object.entries(value).map(
      ([name, one]) => `${name}: ${literal(one, fields[name]?.type ?? plain)}`,
    )
    return `{ ${parts.join(', ')} }`
  }
  return isEnumType(plain) ? String(value) : JSON.stringify(value)
}

/** The same with some characters lost, doubled or replaced. */
export function mutated(text: string, prng: Prng): string {
  let result = text
  for (let i = prng.int(1, 4); i > 0; i--) {
    const at = prng.int(0, result.length)
    const piece = prng.pick([
      '',
      '{',
      '}',
      '(',
      ')',
      '"',
      '"""',
      '...',
      '@',
      '$',
      '\u0000',
      '\ud800',
      '#',
      '\n',
      '🙂',
    ])
    result = result.slice(0, at) + piece + result.slice(at + prng.int(0, 3))
  }
  return result
}
