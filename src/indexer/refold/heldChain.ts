import type { ClientBase } from 'pg'
import type { BlockRef } from './tableHeights'

/** A chain whose rows this process alone may write. */
export interface HeldChain {
  /** undefined: nothing is indexed */
  readonly final: BlockRef | undefined
  /** Undoes the blocks that are not final. */
  undoHot(): Promise<void>
  /** In a transaction, on the connection that holds the chain. Blocks below cannot be undone after it. */
  write(work: (client: ClientBase) => Promise<void>): Promise<void>
}
