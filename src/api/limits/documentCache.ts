import type { DocumentNode } from 'graphql'

/** What all kept documents may take, bytes. */
const MOST_BYTES = 32 * 1024 * 1024
/** Of one token, with the nodes that are made of it, bytes. */
const TOKEN_BYTES = 500

/**
 * Parsed queries by their text, the last used ones: bounded by what they take, since a text may be a hundred times as
 * long as another.
 */
export class DocumentCache {
  private readonly documents = new Map<string, { document: DocumentNode; bytes: number }>()
  private bytes = 0

  get(text: string): DocumentNode | undefined {
    const kept = this.documents.get(text)
    if (!kept) return undefined
    this.documents.delete(text)
    this.documents.set(text, kept)
    return kept.document
  }

  set(text: string, document: DocumentNode): void {
    const bytes = text.length * 2 + tokensOf(document) * TOKEN_BYTES
    if (this.documents.has(text)) return
    this.documents.set(text, { document, bytes })
    this.bytes += bytes
    for (const [oldest, { bytes }] of this.documents) {
      if (this.bytes <= MOST_BYTES) break
      this.documents.delete(oldest)
      this.bytes -= bytes
    }
  }
}

/** Refused texts are not kept: they are told apart quickly. */
export const noErrorCache = { get: () => undefined, set: () => {} }

function tokensOf({ loc }: DocumentNode): number {
  let count = 0
  for (let token = loc?.startToken; token; token = token.next ?? undefined) count++
  return count
}
