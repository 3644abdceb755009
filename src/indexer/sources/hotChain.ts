import type { BlockRef } from '../deepReorg'

/** A block that was given and can still be undone. */
export interface HotBlock extends BlockRef {
  /** indexes of the logs that were given of it; absent: a former process gave it */
  logs?: number[]
}

/**
 * The end of the chain as it was given to be written: the last final block, and what is on top of it. Between blocks
 * that a former process gave there may be gaps: its store did not remember all. A value: a change makes another.
 */
export class HotChain {
  /** @param blocks ascending; the first is final */
  constructor(private readonly blocks: readonly HotBlock[]) {}

  get final(): HotBlock {
    return this.blocks[0]!
  }

  get tip(): HotBlock {
    return this.blocks.at(-1)!
  }

  at(height: number): HotBlock | undefined {
    const dense = this.blocks[height - this.final.height]
    return dense?.height === height ? dense : this.blocks.find(block => block.height === height)
  }

  has({ height, hash }: BlockRef): boolean {
    return this.at(height)?.hash === hash
  }

  /** Those above a height. */
  after(height: number): HotBlock[] {
    return this.blocks.filter(block => block.height > height)
  }

  /** Without the blocks above a height, which is the final one's at least. */
  upTo(height: number): HotChain {
    return new HotChain(this.blocks.filter((block, i) => i === 0 || block.height <= height))
  }

  with(blocks: HotBlock[]): HotChain {
    return new HotChain([...this.blocks, ...blocks])
  }

  /** With the highest block up to a height as the final one. */
  finalizedTo(height: number): HotChain {
    const first = this.blocks.findLastIndex(block => block.height <= height)
    return new HotChain(this.blocks.slice(Math.max(0, first)))
  }
}
