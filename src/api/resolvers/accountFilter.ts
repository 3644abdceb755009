import { lowerHex } from '../../postgres/lowerHex'
import { malformedId } from '../entities/ids'
import { LARGEST_PAGE } from '../entities/pageArgs'
import { userError } from '../userError'

/** Whether an account is the one that was asked for, by CAIP-10 or by its address on any chain; all are where none was. */
export function accountFilter(given: string | null | undefined): (account: string) => boolean {
  const id = wantedAccount(given)
  return account => id === null || account === id || account.endsWith(`:${id}`)
}

/** CAIP-10, or an address on any chain; null: none was asked for. */
export function wantedAccount(given: string | null | undefined): string | null {
  if (given == null) return null
  const id = lowerHex(given)
  const malformed = malformedId('Account', id)
  if (malformed) throw malformed
  return id
}

/** How many are asked for, as a page has it. */
export function checkedFirst(first: number): number {
  if (first >= 0 && first <= LARGEST_PAGE) return first
  throw userError('BAD_USER_INPUT', `first: ${first}`, `give 0 to ${LARGEST_PAGE}`)
}
