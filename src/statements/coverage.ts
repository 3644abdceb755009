import { newestFinalBlocks } from '../postgres/finalBlocks'
import type { Snapshot } from '../postgres/snapshot'
import { StatementError } from './errors'

export interface BlockHeight {
  /** CAIP-2 */
  chain: string
  height: number
}

/** How far one chain of a statement is known. */
export interface ChainCoverage extends BlockHeight {
  /** of the block at `height`, 0x-hex; null: the time of another block is known, see `coveredUntil` */
  hash: string | null
  time: Date | null
  /** nothing that happened before it is missing; not after the period's end; null: not known */
  coveredUntil: Date | null
  /** nothing of the period is missing */
  covered: boolean
}

/**
 * Up to when the blocks at and below the heights tell all. By the time of the newest block at or below each height that
 * is known: blocks above it are not earlier. So it depends on the heights alone, not on what came after them.
 */
export async function coverageAt(
  db: Snapshot,
  heights: readonly BlockHeight[],
  to: Date,
): Promise<ChainCoverage[]> {
  const known = new Map((await newestFinalBlocks(db, heights)).map(block => [block.chain, block]))
  return heights.map(({ chain, height }) => {
    const block = known.get(chain)
    const isIt = block?.height === height
    const covered = block !== undefined && block.time >= to
    return {
      chain,
      height,
      hash: isIt ? block.hash : null,
      time: isIt ? block.time : null,
      coveredUntil: covered ? to : (block?.time ?? null),
      covered,
    }
  })
}

/** Refuses a period that has not begun, and one that is not covered by each chain unless `partial` is asked for. */
export function requireCovered(
  chains: readonly ChainCoverage[],
  { from, to, partial }: { from: Date; to: Date; partial: boolean },
  now = new Date(),
): void {
  const latest = chains.reduce(
    (time, { coveredUntil }) => (coveredUntil && coveredUntil > time ? coveredUntil : time),
    now,
  )
  if (from > latest) {
    throw new StatementError(
      'BAD_PERIOD',
      `the period begins at ${from.toISOString()}, in the future`,
      'give a period that is over',
    )
  }
  if (partial || chains.every(({ covered }) => covered)) return
  const lacking = chains.filter(({ covered }) => !covered).map(lackOf)
  const partially = 'or ask for what there is: partial=true (--partial); the statement then says so'
  if (to > latest) {
    throw new StatementError(
      'PERIOD_NOT_OVER',
      `the period ends at ${to.toISOString()}, which is not over: ${lacking.join(', ')}`,
      `ask when it is over, ${partially}`,
    )
  }
  throw new StatementError(
    'NOT_COVERED',
    `final blocks do not reach the period's end ${to.toISOString()}: ${lacking.join(', ')}`,
    `wait until they do, ${partially}`,
  )
}

function lackOf({ chain, height, coveredUntil }: ChainCoverage): string {
  return `${chain}@${height} is covered until ${coveredUntil?.toISOString() ?? 'an unknown time'}`
}
