import type { HashAndHeight } from '@subsquid/util-internal-processor-tools'
import type { ClientBase } from 'pg'

/** What a source knows of a block beside its place. */
export interface SeenBlock extends HashAndHeight {
  /** milliseconds since 1970; absent: not known */
  time?: number
  /** logs of ours are in it */
  logged?: boolean
}

/** Of blocks without logs, one in so long is noted, ms of the chain's time: as many rows as facts, and 1,440 a day. */
const EVERY_MS = 60_000

/**
 * Notes final blocks with their time in `final_block`, for statements to say up to when they are complete: the last of
 * those that become final, where logs are among them, or a minute has gone by. What becomes final after a restart and
 * was seen before it has no time any more: then the next is noted.
 */
export class FinalMarks {
  /** not final yet, by hash */
  private readonly seen = new Map<string, SeenBlock>()
  private last = Number.NEGATIVE_INFINITY
  private logged = false

  constructor(private readonly chain: string) {}

  /** @param final blocks that become final, ascending */
  async advance(
    client: ClientBase,
    blocks: readonly SeenBlock[],
    final: readonly SeenBlock[],
  ): Promise<void> {
    for (const block of blocks) this.seen.set(block.hash, block)
    this.logged ||= final.some(({ hash }) => this.seen.get(hash)?.logged)
    const mark = this.due(final)
    if (!mark) return
    await client.query({
      name: 'final-block',
      text: `INSERT INTO final_block (chain, height, hash, time) VALUES ($1, $2, $3, $4)
             ON CONFLICT (chain, height) DO UPDATE SET hash = $3, time = $4`,
      values: [this.chain, mark.height, mark.hash, new Date(mark.time)],
    })
  }

  /** The transaction of `advance` is committed. */
  committed(final: readonly SeenBlock[]): void {
    const mark = this.due(final)
    if (mark) {
      this.last = mark.time
      this.logged = false
    }
    for (const { hash } of final) this.seen.delete(hash)
  }

  private due(final: readonly SeenBlock[]): (SeenBlock & { time: number }) | undefined {
    const block = this.seen.get(final.at(-1)?.hash ?? '')
    if (block?.time === undefined) return undefined
    return this.logged || block.time - this.last >= EVERY_MS ? { ...block, time: block.time } : undefined
  }

  async undo(client: ClientBase, height: number): Promise<void> {
    await client.query(`DELETE FROM final_block WHERE chain = $1 AND height > $2`, [this.chain, height])
  }

  /** Blocks above one are undone. */
  undone(height: number): void {
    for (const { hash, height: at } of this.seen.values()) if (at > height) this.seen.delete(hash)
    this.last = Number.NEGATIVE_INFINITY
  }
}
