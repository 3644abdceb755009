import { GraphQLError, GraphQLScalarType, Kind } from 'graphql'
import { SUM_DIGITS } from '../postgres/digits'
import { shown } from './userError'

export const scalarDefs = /* GraphQL */ `
  "An integer of any size (up to ${SUM_DIGITS} digits), always sent as a string: JSON numbers lose digits above 2^53."
  scalar BigInt
  "A time, ISO 8601 in UTC with milliseconds: 2026-01-31T12:00:00.000Z. A date alone is its midnight."
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

/** Date, or date and time with a zone: without one it would depend on the server's. */
const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/

/** The time that a text of the DateTime format names; undefined: none (wrong format, or a day that does not exist). */
export function parseTime(text: string): Date | undefined {
  if (!TIME.test(text)) return undefined
  const time = new Date(text)
  if (Number.isNaN(time.getTime())) return undefined
  // JavaScript reads 2026-02-30 as March 2: a month has no more days than the calendar gives it.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number]
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate() ? time : undefined
}

const dateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: value => (value instanceof Date ? value : new Date(value as string | number)).toISOString(),
  parseValue: value => {
    const time = typeof value === 'string' ? parseTime(value) : undefined
    if (!time) throw badTime(value)
    return time
  },
  parseLiteral: node => {
    const time = node.kind === Kind.STRING ? parseTime(node.value) : undefined
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
    'write "2026-01-31" or "2026-01-31T12:00:00Z" (with the zone)',
  )
}

function bad(message: string, fix: string): GraphQLError {
  return new GraphQLError(`${message}\n  fix: ${fix}`, { extensions: { code: 'BAD_USER_INPUT', fix } })
}
