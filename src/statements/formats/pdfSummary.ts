import type PDFDocument from 'pdfkit'
import type { PriceBasis } from '../priceBasis'
import type { StatementHead } from '../seal/head'
import type { Seal } from '../seal/sealedStatement'
import type { UsdTotals } from '../seal/usdTotals'
import { tokenLabels } from '../tokenLabels'
import type { Worth } from '../worth'
import type { SealedTotal } from './columns'
import { csvTime } from './csvText'
import { BOTTOM, LEFT, RIGHT, TOP } from './pdfPage'
import { type PdfText, paperAmount, paperUsd } from './pdfText'
import type { ModelSum } from './sumByModel'
import { sealedTotals } from './totals'

interface Summary {
  doc: typeof PDFDocument.prototype
  text: PdfText
  head: StatementHead
  seal: Seal
  sums: ReadonlyMap<string, readonly ModelSum[]>
}

const ROW = 13
const AMOUNT = 190
/** Tokens without a price that the first page names; the totals of other formats name all. */
const MOST_MISSING = 5

/** A page a token, or more where many models moved; one of nothing where nothing did. Each is drawn when it is called. */
export function* summaryPages(summary: Summary): Generator<() => void> {
  const { tokens } = summary.head
  if (tokens.length === 0) yield () => void firstPage(summary, 'Nothing moved, and nothing was open.')
  const labels = tokenLabels(tokens)
  for (const total of sealedTotals(summary.head, summary.seal))
    yield () => tokenPage(summary, total, labels.get(total.token) ?? total.token)
}

/** Where the page goes on. */
function firstPage({ doc, text, head, seal }: Summary, title: string): number {
  doc.addPage()
  doc.fillColor('black').fontSize(18)
  text.write('Royalty statement', LEFT, TOP, 500, { bold: true })
  doc.fontSize(9)
  let y = TOP + 28
  if (!head.complete) {
    doc.fillColor('#b00000').fontSize(12)
    text.write(
      'PARTIAL: not all of the period is covered, or not all is known of its tokens.',
      LEFT,
      y,
      RIGHT - LEFT,
      { bold: true },
    )
    doc.fillColor('black').fontSize(9)
    y += 20
  }
  const facts = [
    ['Account', head.account],
    ['Period (UTC)', `from ${csvTime(head.from)}, before ${csvTime(head.to)}`],
    ['Statement', head.number],
    ...(head.replaces === null ? [] : [['Replaces', head.replaces]]),
    ['SHA-256', seal.sha256],
    ['Merkle root', seal.merkleRoot],
    ...head.asOf.map(({ chain, height, coveredUntil }) => [
      'Chain',
      `${chain} at block ${height}, covered until ${coveredUntil ? csvTime(coveredUntil) : 'an unknown time'}`,
    ]),
    ...(head.prices ? pricesSaid(head.prices, seal.usd) : []),
  ]
  for (const [name, value] of facts) {
    if (y > BOTTOM - ROW) {
      doc.addPage()
      y = TOP
    }
    text.write(name!, LEFT, y, 90, { bold: true })
    text.write(value!, LEFT + 95, y, RIGHT - LEFT - 95)
    y += ROW
  }
  doc.fontSize(13)
  text.write(title, LEFT, y + 12, RIGHT - LEFT, { bold: true })
  doc.fontSize(9)
  return y + 36
}

/** By which prices, and what all tokens come to; or which have no price. */
function pricesSaid({ version, heights }: PriceBasis, usd: UsdTotals): string[][] {
  const feeds = heights.map(({ chain, height }) => `, ${chain} at block ${height}`).join('')
  const missing = usd.unpriced.map(token => ['No price', token])
  const sum = (name: 'opening' | 'accrued' | 'claimed' | 'closing') =>
    `${name} ${usd[name] === null ? 'not known' : paperUsd(usd[name], 34)}`
  return [
    ['Prices', `${version}${feeds}`],
    ['In USD', `${sum('opening')}, ${sum('accrued')}, ${sum('claimed')}, ${sum('closing')}`],
    ...(missing.length > MOST_MISSING
      ? [...missing.slice(0, MOST_MISSING), ['No price', `and ${missing.length - MOST_MISSING} more tokens`]]
      : missing),
  ]
}

function tokenPage(summary: Summary, total: SealedTotal, label: string): void {
  const { doc, text, head, sums } = summary
  let y = firstPage(summary, label)
  const row = (name: string, accrued: string, claimed: string, bold = false) => {
    if (y > BOTTOM - ROW) {
      doc.addPage().fontSize(9)
      y = TOP
    }
    text.write(name, LEFT, y, RIGHT - LEFT - 2 * AMOUNT - 20, { bold })
    text.write(accrued, RIGHT - 2 * AMOUNT - 10, y, AMOUNT, { right: true, bold })
    text.write(claimed, RIGHT - AMOUNT, y, AMOUNT, { right: true, bold })
    y += ROW
  }
  const shown = (amount: bigint) => paperAmount(amount, total.decimals, 34)
  row('', 'accrued', 'claimed', true)
  row('Opening: claimable at the start', shown(total.opening), '', true)
  for (const { model, name, accrued, claimed } of sums.get(total.token) ?? []) {
    const id = model ?? 'claims that name no model'
    row(name ? `${name.slice(0, 60)}  (${id})` : id, shown(accrued), claimed === 0n ? '' : shown(claimed))
  }
  row('Moved', shown(total.accrued), shown(total.claimed), true)
  row('Closing: claimable at the end', shown(total.closing), '', true)
  if (!head.prices) return
  y += ROW
  const priced = ({ priceUsd, priceSource, priceTime }: Worth) =>
    priceTime ? ` at ${priceUsd} of ${priceSource}, ${csvTime(priceTime)}` : ''
  const dollars = (usd: string | null) => (usd === null ? 'no price' : paperUsd(usd, 34))
  row('In USD, each movement at the price of its time', 'accrued', 'claimed', true)
  row(`Opening${priced(total.openingWorth)}`, dollars(total.openingWorth.usd), '')
  row('Moved', dollars(total.accruedUsd), dollars(total.claimedUsd))
  row(`Closing${priced(total.closingWorth)}`, dollars(total.closingWorth.usd), '')
}
