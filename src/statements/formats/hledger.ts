import { journalFormat } from './journal'
import { DOLLARS } from './journalNames'

/** hledger's journal; `hledger check -f FILE` proves it. */
export const hledger = journalFormat('text/plain; charset=utf-8', {
  comment: text => `; ${text}\n`,
  // With all its decimals: hledger finds a transaction balanced if it is so to the digits that are shown.
  commodity: (name, { token, decimals }) =>
    `commodity 1.${'0'.repeat(decimals ?? 0)} "${name}"  ; token: ${oneLine(token)}\n`,
  open: (_, account) => `account ${account}\n`,
  balance: (day, { account, amount, commodity }) =>
    `${day} Balance\n    ${account}    0 "${commodity}" = ${amount} "${commodity}"\n`,
  price: (day, commodity, usd) => `P ${day} "${commodity}" ${usd} ${DOLLARS}\n`,
  transaction: (day, text, tags, postings) =>
    `${day} * ${oneLine(text)}\n` +
    Object.entries(tags)
      .map(([name, value]) => `    ; ${name}: ${oneLine(value)}\n`)
      .join('') +
    postings.map(({ account, amount, commodity }) => `    ${account}    ${amount} "${commodity}"\n`).join(''),
})

/** A `;` would begin a comment, a `|` ends the payee. */
function oneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp};|]/gu, ' ')
}
