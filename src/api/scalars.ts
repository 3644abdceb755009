import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { SUM_DIGITS } from '../postgres/digits'
import { parseInstant } from '../postgres/instant'
import { shown } from './userError'

export const scalarDefs = /* GraphQL */ `
  "An integer of any size (up to ${SUM_DIGITS} digits), always sent as a string: JSON numbers lose digits above 2^53."
  scalar BigInt
  "A time, ISO 8601 in UTC with milliseconds: 2026-01-31T12:00:00.000Z. A date alone is its midnight. Years 1 to 9999."
  scalar DateTime
`

const INTEGER = new RegExp(`^-?\\d{1,${SUM_DIGITS}}$`)

/** Whether a text is an integer of the BigInt format. */
export function isInteger(text: string): boolean {
  return INTEGER.test(text)
}

const bigInt = new GraphQLScalarType<bigint, string>({
  name: 'BigInt',
  serialize: value => String(value),
  parseValue: value => {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
    if (typeof value === 'string' && isInteger(value)) return BigInt(value)
    throw badBigInt(value)
  },
  parseLiteral: node => {
    if ((node.kind === Kind.INT || node.kind === Kind.STRING) && isInteger(node.value))
      return BigInt(node.value)
    throw badBigInt('value' in node ? node.value : node.kind)
  },
})

const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: value => (value instanceof Date ? value : new Date(value as string | number)).toISOString(),
  parseValue: value => {
    const time = typeof value === 'string' ? parseInstant(value) : undefined
    if (!time) throw badTime(value)
    return time
  },
  parseLiteral: node => {
    const time = node.kind === Kind.STRING ? parseInstant(node.value) : undefined
    if (!time) throw badTime('value' in node ? node.value : node.kind)
    return time
  },
})

export const scalarResolvers = { BigInt: bigInt, DateTime: dateTime }

function badBigInt(value: unknown): GraphQLError {
  return bad(
    `not an integer of at most ${SUM_DIGITS} digits: ${shown(value)}`,
    'write digits in quotes: "1000000000000000000"',
  )
}

function badTime(value: unknown): GraphQLError {
  return bad(
    `not a date or time: ${shown(value)}`,
    'write "2026-01-31" or "2026-01-31T12:00:00Z" (with the zone), in the years 1 to 9999',
  )
}

function bad(message: string, fix: string): GraphQLError {
  return new GraphQLError(`${message}\n  fix: ${fix}`, { extensions: { code: 'BAD_USER_INPUT', fix } })
}
