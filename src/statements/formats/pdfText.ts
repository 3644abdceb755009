import type PDFDocument from 'pdfkit'
import { inUnits } from './units'

/** Units of UTF-16 of a name that a page shows; it has its id beside it in all other formats. */
const MOST = 80
/** What the fonts that each reader of PDF has can show, in their encoding: the rest is in a font of the file's own. */
const LATIN = /^[\x20-\x7e\xa1-\xac\xae-\xff]*$/

interface Coverage {
  hasGlyphForCodePoint(codePoint: number): boolean
}

/** Writes names that anybody chose: cut to their place, and with no character that a font has no picture for. */
export class PdfText {
  constructor(
    private readonly doc: typeof PDFDocument.prototype,
    /** of the font `wide` */
    private readonly coverage: Coverage,
  ) {}

  /** One line within `width` points. */
  write(
    text: string,
    x: number,
    y: number,
    width: number,
    options: { right?: boolean; bold?: boolean } = {},
  ): void {
    const shown = this.shown(text)
    this.doc.font(LATIN.test(shown) ? (options.bold ? 'Helvetica-Bold' : 'Helvetica') : 'wide')
    const cut = this.cut(shown, width)
    const left = options.right ? x + width - this.doc.widthOfString(cut) : x
    this.doc.text(cut, left, y, { lineBreak: false })
  }

  private cut(text: string, width: number): string {
    if (this.doc.widthOfString(text) <= width) return text
    const characters = [...text]
    while (characters.length > 0 && this.doc.widthOfString(`${characters.join('')}...`) > width)
      characters.pop()
    return `${characters.join('')}...`
  }

  /** `\u{4e2d}` for what the font cannot show: nothing that somebody wrote is left out unseen. */
  private shown(text: string): string {
    if (LATIN.test(text) && text.length <= MOST) return text
    const characters = [...text.slice(0, MOST)].map(character => {
      const code = character.codePointAt(0)!
      const isPlain =
        /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character) && this.coverage.hasGlyphForCodePoint(code)
      return isPlain ? character : `\\u{${code.toString(16)}}`
    })
    return `${characters.join('')}${text.length > MOST ? '...' : ''}`
  }
}

/** An amount as it is, where `most` digits hold it; else what its size is: an amount that is cut would be another. */
export function paperAmount(amount: bigint, decimals: number | null, most: number): string {
  const text = decimals === null ? `${amount}` : inUnits(amount, decimals)
  const shown = text.length > most ? `~ ${Number(text).toExponential(9)}` : text
  return decimals === null ? `${shown} wei` : shown
}

/** Dollars in the same way; empty: a price is missing. */
export function paperUsd(usd: string | null, most: number): string {
  if (usd === null) return ''
  return usd.length > most ? `~ ${Number(usd).toExponential(9)}` : usd
}
