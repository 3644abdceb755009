import { createHash } from 'node:crypto'
import { InvariantError } from '../errors'
import type { StatementLine } from '../lines'
import { type Entry, entryAt, entryJson } from './entry'
import { type StatementHead, textAfterLines, textBeforeLines } from './head'
import { MerkleTree } from './merkle'
import type { Signature, Signer } from './signature'
import { UsdSums, type UsdTotals } from './usdTotals'

/** What makes a statement checkable without us; hashes in hex. */
export interface Marks {
  /** of the Merkle tree over the lines: see merkle.ts, entry.ts */
  merkleRoot: string
  /** SHA-256 of the statement as canonical JSON (RFC 8785), which all formats carry */
  sha256: string
  /** null: nobody signed it */
  signature: Signature | null
}

export interface Seal extends Marks {
  /** what the lines and totals come to in USD */
  usd: UsdTotals
}

interface Source extends StatementHead {
  batches(): AsyncGenerator<StatementLine[]>
}

/** A statement whose lines have hashes, and which has one itself once they have all been read. */
export class SealedStatement {
  private sealed: Seal | undefined

  readonly head: StatementHead

  /** @param signed who signs it, or the signature that it has already */
  constructor(
    private readonly source: Source,
    private readonly signed?: Signer | Signature | null,
  ) {
    // An empty text and none are the same in a table's cell.
    const tokens = source.tokens.map(token => ({ ...token, symbol: token.symbol || null }))
    const { number, replaces, account, from, to, asOf, prices, complete, lineCount } = source
    this.head = { number, replaces, account, from, to, asOf, prices, complete, tokens, lineCount }
  }

  /** All lines, in batches of constant size. Any number of times, one after another. */
  async *lines(): AsyncGenerator<Entry[]> {
    const tokens = new Map(this.head.tokens.map(token => [token.token, token]))
    const hash = createHash('sha256').update(textBeforeLines(this.head))
    const tree = new MerkleTree()
    const sums = new UsdSums(this.head)
    let line = 0
    for await (const batch of this.source.batches()) {
      let text = ''
      const entries = batch.map(source => {
        const token = tokens.get(source.token)
        if (!token) throw new InvariantError(`total of ${source.token}`, 'a row', 'missing')
        const entry = entryAt(source, ++line, token)
        tree.add(entry.leaf)
        sums.add(entry)
        text += `${line > 1 ? ',' : ''}${entryJson(entry)}`
        return entry
      })
      hash.update(text)
      yield entries
    }
    const merkleRoot = tree.root().toString('hex')
    const usd = sums.totals()
    const sha256 = hash.update(textAfterLines(this.head, merkleRoot, usd)).digest('hex')
    this.sealed = { merkleRoot, sha256, usd, signature: await this.signatureOf({ merkleRoot, sha256 }) }
  }

  /** Reads all lines for it where nobody has yet. */
  async seal(): Promise<Seal> {
    if (!this.sealed) for await (const _ of this.lines());
    return this.sealed!
  }

  private async signatureOf(hashes: Pick<Seal, 'merkleRoot' | 'sha256'>): Promise<Signature | null> {
    if (!this.signed) return null
    return 'sign' in this.signed ? await this.signed.sign(this.head, hashes) : this.signed
  }
}
