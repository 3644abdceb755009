import { journalFormat } from './journal'
import { DOLLARS } from './journalNames'

/**
 * Beancount, versions 2 and 3; `bean-check FILE` proves it. Its decimals have 28 digits (Python's), so a token of more is
 * left out and named: anyone can make one of which there are 2^256.
 */
export const beancount = journalFormat('text/plain; charset=utf-8', {
  digits: 28,
  comment: text => `; ${text}\n`,
  commodity: (name, { chain, token, symbol }) =>
    `1970-01-01 commodity ${name}\n  token: ${quoted(token)}\n  symbol: ${quoted(symbol ?? '')}\n  chain: ${quoted(chain)}\n`,
  open: (day, account) => `${day} open ${account}\n`,
  balance: (day, { account, amount, commodity }) => `${day} balance ${account}  ${amount} ~ 0 ${commodity}\n`,
  price: (day, commodity, usd) => `${day} price ${commodity}  ${usd} ${DOLLARS}\n`,
  transaction: (day, text, tags, postings) =>
    `${day} * ${quoted(text)}\n` +
    Object.entries(tags)
      .map(([name, value]) => `  ${name}: ${quoted(value)}\n`)
      .join('') +
    postings.map(({ account, amount, commodity }) => `  ${account}  ${amount} ${commodity}\n`).join(''),
})

function quoted(text: string): string {
  return `"${text
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')}"`
}
