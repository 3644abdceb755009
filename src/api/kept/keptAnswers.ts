import type { OutgoingHttpHeaders } from 'node:http'

/** An answer as it was sent. */
export interface KeptAnswer {
  /** what the snapshot saw that it was read in (see snapshotVersion.ts); null: it was read from none, and never changes */
  version: string | null
  headers: OutgoingHttpHeaders
  body: Buffer
}

/** What all kept answers may take with their questions, bytes. */
const MOST_BYTES = 32 * 1024 * 1024
/** One that is larger would push out hundreds of others. */
export const MOST_BYTES_EACH = 1024 * 1024
/** Of an entry beside its texts, bytes. */
const ENTRY_BYTES = 500

/** Answers by their question, the last used ones. Whoever takes one makes sure that nothing has changed since. */
export class KeptAnswers {
  private readonly answers = new Map<string, KeptAnswer>()
  private taken = 0

  get bytes(): number {
    return this.taken
  }

  get(question: string): KeptAnswer | undefined {
    const kept = this.answers.get(question)
    if (!kept) return undefined
    this.answers.delete(question)
    this.answers.set(question, kept)
    return kept
  }

  set(question: string, answer: KeptAnswer): void {
    this.delete(question)
    if (answer.body.length > MOST_BYTES_EACH) return
    this.answers.set(question, answer)
    this.taken += bytesOf(question, answer)
    for (const oldest of this.answers.keys()) {
      if (this.taken <= MOST_BYTES) break
      this.delete(oldest)
    }
  }

  private delete(question: string): void {
    const kept = this.answers.get(question)
    if (!kept) return
    this.answers.delete(question)
    this.taken -= bytesOf(question, kept)
  }
}

function bytesOf(question: string, { body }: KeptAnswer): number {
  return question.length * 2 + body.length + ENTRY_BYTES
}
