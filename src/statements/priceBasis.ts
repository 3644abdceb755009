import type { Snapshot } from '../postgres/snapshot'
import type { PriceBounds } from '../prices/lookup'
import { feedChains, newestVersion, type Policies, parseVersion, versionText } from '../prices/policy'
import { type Amount, valueInUsd } from '../prices/valuation'
import type { BlockHeight } from './coverage'
import { StatementError } from './errors'
import { NO_WORTH, type Worth, worthOf } from './worth'

/** By what a statement's amounts are valued: with the same, and the same heights, they are worth the same for ever. */
export interface PriceBasis {
  /** policies and imported files that count: see docs/prices.md */
  version: string
  /** of chains that the statement is not of, and whose feeds it uses; by chain */
  heights: BlockHeight[]
}

/**
 * What is asked for, or counts now; null: config names no prices.
 * @param heights of all indexed chains
 * @param own chains that the statement is of
 */
export async function priceBasis(
  db: Snapshot,
  policies: Policies,
  asked: string | undefined,
  heights: readonly BlockHeight[],
  own: readonly BlockHeight[],
): Promise<PriceBasis | null> {
  const newest = await newestVersion(db, policies)
  const version = asked === undefined ? newest : parseVersion(asked)
  if (version?.policy !== newest.policy || version.imports > newest.imports) {
    throw new StatementError(
      'BAD_PRICES',
      `prices ${JSON.stringify(asked?.slice(0, 60))} are none that this server has`,
      `leave it out, or give a version up to ${versionText(newest)}; a version of other policies needs their config`,
    )
  }
  if (Object.keys(policies).length === 0) return null
  const feeds = feedChains(policies)
  const others = heights.filter(({ chain }) => feeds.has(chain) && !own.some(one => one.chain === chain))
  return { version: versionText(version), heights: others }
}

/** Values amounts by a basis; with none, nothing has a worth. */
export class Valuer {
  private readonly bounds: PriceBounds

  constructor(
    private readonly db: Snapshot,
    private readonly policies: Policies,
    private readonly basis: PriceBasis | null,
    own: readonly BlockHeight[],
  ) {
    const heights = [...own, ...(basis?.heights ?? [])].map(({ chain, height }) => [chain, height] as const)
    const imports = (basis && parseVersion(basis.version)?.imports) ?? 0
    this.bounds = { imports, heights: new Map(heights) }
  }

  /** In the order of the amounts. */
  async worthOf(amounts: readonly Amount[]): Promise<Worth[]> {
    if (!this.basis) return amounts.map(() => NO_WORTH)
    const valued = await valueInUsd(this.db, this.policies, this.bounds, amounts)
    return valued.map((one, i) => worthOf(amounts[i]!.tokenId, one))
  }
}
