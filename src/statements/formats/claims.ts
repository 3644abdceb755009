import type { Entry } from '../seal/entry'
import type { SealedStatement } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { csvRecord, csvTime, safeText } from './csvText'
import type { Format } from './format'
import { inUnits } from './units'

/** What was paid out, as bookkeeping programs take it. */
export interface Claim {
  entry: Entry
  /** `2026-01-31 12:00:00`, UTC */
  time: string
  /** in the token's units; in its smallest where its contract names no decimals */
  amount: string
  /** the token's symbol; with its id where two look the same */
  currency: string
  /** what it is, of which statement, and whether that is all */
  note: string
}

/**
 * A file that a program imports: claims only, one row a claim, under its exact header. What accrued and was not claimed
 * yet is in no wallet, so such a program has no place for it.
 */
export function claimsFormat(columns: Readonly<Record<string, (claim: Claim) => string>>): Format {
  return {
    contentType: 'text/csv; charset=utf-8',
    async *render(statement) {
      const claimOf = await claimsOf(statement)
      const fields = Object.values(columns)
      yield csvRecord(Object.keys(columns))
      for await (const entries of statement.lines()) {
        const claims = entries.filter(({ kind }) => kind === 'CLAIMED').map(claimOf)
        if (claims.length === 0) continue
        yield claims.map(claim => csvRecord(fields.map(of => safeText(of(claim))))).join('')
      }
    },
  }
}

async function claimsOf(statement: SealedStatement): Promise<(entry: Entry) => Claim> {
  const { number, complete, tokens } = statement.head
  const { sha256 } = await statement.seal()
  const labels = tokenLabels(tokens)
  const of = `${complete ? 'statement' : 'partial statement'} ${number}, sha256 ${sha256}`
  return entry => ({
    entry,
    time: csvTime(entry.time),
    amount: inUnits(entry.amount, entry.decimals ?? 0),
    currency: labels.get(entry.token) ?? entry.token,
    note: `Royalties claimed: line ${entry.line} of ${of}`,
  })
}

export function nothing(): string {
  return ''
}
