import type { SealedStatement } from '../seal/sealedStatement'

/** What an asker chose of a format's choices. */
export type Chosen = Readonly<Record<string, string>>

/** A file format of a statement. A new one is a file beside this, and a line in registry.ts. */
export interface Format {
  contentType: string
  /** what can be asked for: name -> values, the first being the one without being asked; absent: nothing */
  choices?: Readonly<Record<string, readonly string[]>>
  /** The file in pieces: the same statement and choices are the same bytes. Memory does not grow with the lines. */
  render(statement: SealedStatement, chosen: Chosen): AsyncGenerator<string | Uint8Array>
}
