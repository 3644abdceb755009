import { createHash } from 'node:crypto'
import type { TokenTotal } from '../tokenTotals'

/** Model ids as we write them, whose letters alone tell them apart. */
const PLAIN_ID = /^eip155:[0-9]{1,20}\/[a-z0-9]{1,20}:(0x)?[a-z0-9]{1,44}$/

/** Commodity of prices. */
export const DOLLARS = 'USD'

/** `Eip155-1514-story-0x12…`, a part of an account's name in both ledgers; different ids are different names. */
export function accountPart(id: string): string {
  const name = id.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 60)
  const part = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  if (PLAIN_ID.test(id)) return part
  return `X${part.startsWith('-') ? '' : '-'}${part}-${shortHash(id)}`.replace(/-+/g, '-')
}

/**
 * Commodities by token id, as Beancount writes them (capitals, 24 at most): the symbol's letters, and where another
 * token has the same, or they are not the whole symbol, a hash of the id. So has a token that calls itself USD: prices are in
 * that commodity.
 */
export function commodities(tokens: readonly TokenTotal[]): Map<string, string> {
  const plain = ({ symbol }: TokenTotal) => (symbol ?? '').toUpperCase().replace(/[^A-Z0-9]/g, '')
  const count = new Map<string, number>()
  for (const token of tokens) count.set(plain(token), (count.get(plain(token)) ?? 0) + 1)
  return new Map(
    tokens.map(token => {
      const letters = plain(token)
      const isOwn =
        count.get(letters) === 1 &&
        letters !== DOLLARS &&
        /^[A-Z][A-Z0-9]{1,9}$/.test(letters) &&
        letters.length === token.symbol?.length
      return [
        token.token,
        isOwn ? letters : `T${letters.slice(0, 9)}-${shortHash(token.token).toUpperCase()}`,
      ]
    }),
  )
}

/** Of 48 bits: nobody makes two ids with the same by chance, and who did it on purpose joined two names of his own. */
function shortHash(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 12)
}
