import { GraphQLError } from 'graphql'

/** Codes of errors that the caller can mend; others are masked. */
export type UserErrorCode =
  | 'BAD_USER_INPUT'
  | 'MALFORMED_ID'
  | 'MALFORMED_CURSOR'
  | 'TOO_COSTLY'
  | 'TIMEOUT'
  | 'SLOW_CLIENT'
  | 'UNAVAILABLE'

/** An error that the caller can mend: the message names the value met, and ends with the fix. */
export function userError(code: UserErrorCode, message: string, fix: string): GraphQLError {
  return new GraphQLError(`${message}\n  fix: ${fix}`, { extensions: { code, fix } })
}

/** A value as met, short enough for a message. */
export function shown(value: unknown): string {
  const text = typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? String(value))
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
