import type { ReceiptProof } from '../proofs/proof'
import type { Entry, LineFacts } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import type { Marks, Seal } from '../seal/sealedStatement'

/** A line as a file has it. */
export interface ReadLine {
  facts: LineFacts
  /** that the file says it has */
  hash: string
  /** the column that is not what the line says */
  differs(entry: Entry): string | undefined
}

/** A file of a statement, taken apart. */
export interface Reading {
  /** null: the file has lines alone */
  head: StatementHead | null
  /** as the file has it */
  seal: Marks | null
  /** in order, from the first. Any number of times. @throws UnreadableError */
  lines(): AsyncGenerator<ReadLine[]>
  /** that the lines' receipts are in their blocks, in the order of the lines; absent: the file has none */
  proofs?(): AsyncGenerator<ReceiptProof>
  /** Where the file is not, to the byte, what is written of this statement; undefined: nowhere. */
  otherThan(statement: { head: StatementHead; seal: Seal }): Promise<string | undefined>
}

/** What to say of an error that reading a file ended with: a damaged file can be of any shape. Else it is thrown on. */
export function problemOf(error: unknown): { place: string; found: string } {
  if (error instanceof UnreadableError) return { place: error.place, found: error.why }
  if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError) {
    return { place: 'the file', found: `not as it was written: ${error.message}` }
  }
  throw error
}

/** A place of a file that cannot be what we wrote. */
export class UnreadableError extends Error {
  override name = 'UnreadableError'

  constructor(
    /** where: `line 3`, `the header` */
    readonly place: string,
    readonly why: string,
  ) {
    super(`${place}: ${why}`)
  }
}
