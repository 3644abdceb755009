/** A block, by both of its names. */
export interface BlockRef {
  height: number
  hash: string
}

/**
 * The chain no longer holds a block that counted as final, so what was written of it and after it is of a fork that
 * was lost. Thrown once it is confirmed: a node that lags or a single wrong answer is not told so.
 */
export class DeepReorg extends Error {
  override readonly name = 'DeepReorg'

  constructor(
    /** the last final block that was written, which the chain no longer has */
    readonly finalized: BlockRef,
    /** what the chain has at its height; absent: the chain is shorter now */
    readonly replacedBy?: string,
  ) {
    super(
      `block ${finalized.height}, which was final, is ${finalized.hash} here and ${replacedBy ?? 'absent'} on the ` +
        'chain: it was reorganised deeper than its finality',
    )
  }
}
