import { RoyaltyGraph } from '../lineage/royaltyGraph'
import { NONE, partOf } from '../lineage/share'
import type { Snapshot } from '../postgres/snapshot'
import { type FlowLink, linksOf, reach } from '../royalties/lineage'
import type { Movement } from './movements'
import type { StatementRequest } from './request'
import { type Source, wayOf } from './source'

/** Ancestors of a batch's sources: beyond, paths and shares are left open rather than guessed. */
const MAX_ANCESTORS = 5_000
/** Of this many wei a model's part tells its share: enough that floors at ten hops do not reach a ppm. */
const SAMPLE = 10n ** 60n

/**
 * Path and share by the lineage as it stood at the movement, for accruals that name no fee (Story moves what an
 * ancestor is due of many payments at once). One statement a level of ancestors for a whole batch.
 */
export async function lineageSources(
  db: Snapshot,
  request: StatementRequest,
  movements: readonly Movement[],
): Promise<(movement: Movement) => Source | undefined> {
  const sources = new Set(movements.filter(needsLineage).map(({ sourceModelId }) => sourceModelId!))
  if (sources.size === 0) return () => undefined
  const { depths, truncated } = await reach(db, [...sources].sort(), 'ANCESTORS', MAX_ANCESTORS, request.asOf)
  if (truncated) return () => undefined
  const heights = new Map(request.asOf.map(({ chain, height }) => [chain, BigInt(height + 1) << 31n]))
  const links = (await linksOf(db, [...depths.keys()]))
    .filter(({ chain, position }) => position < (heights.get(chain) ?? 0n))
    .sort((a, b) => a.time.getTime() - b.time.getTime())
  const lineage = new LineageOverTime(links)
  return movement => (needsLineage(movement) ? lineage.source(movement) : undefined)
}

function needsLineage({ kind, sourceModelId, modelId, feeId, path, sharePpm }: Movement): boolean {
  const known = path !== null && sharePpm !== null
  return kind === 'ACCRUED' && !known && feeId === null && sourceModelId !== null && modelId !== null
}

/** The lineage between one link and the next; movements come in the order of time, so one is kept. */
class LineageOverTime {
  private count = -1
  private graph = new RoyaltyGraph([])
  private readonly parents = new Map<string, string[]>()
  private readonly found = new Map<string, Source>()

  /** `links` in the order of time */
  constructor(private readonly links: readonly FlowLink[]) {}

  source({ time, sourceModelId, modelId, path, sharePpm }: Movement): Source {
    this.advance(time)
    const from = sourceModelId!
    const to = modelId!
    const key = `${from} ${to}`
    const known = this.found.get(key) ?? { path: this.path(from, to), sharePpm: this.share(from, to) }
    this.found.set(key, known)
    return { path: path ?? known.path, sharePpm: sharePpm ?? known.sharePpm }
  }

  private advance(time: Date): void {
    let count = Math.max(this.count, 0)
    while (count < this.links.length && this.links[count]!.time <= time) count++
    if (count === this.count) return
    this.count = count
    const links = this.links.slice(0, count)
    this.graph = new RoyaltyGraph(links)
    this.found.clear()
    this.parents.clear()
    for (const { child, parent } of links) {
      this.parents.set(child, [...(this.parents.get(child) ?? []), parent].sort())
    }
  }

  private path(from: string, to: string): string | null {
    return wayOf([from], to, this.parents)?.join(' > ') ?? null
  }

  private share(from: string, to: string): number | null {
    if (from === to) return null // what it keeps of several fees, each with a lineage of its own
    let part = partOf(SAMPLE, this.graph.absoluteStacks(from).get(to) ?? NONE)
    const relative = partOf(SAMPLE, this.graph.relativePercents(from).get(to) ?? NONE)
    part += relative - partOf(relative, this.graph.relativeStack(to))
    for (const { model, amount } of this.graph.distribute(from, SAMPLE).kept) {
      if (model === to) part += amount
    }
    return part === 0n ? null : Number((part * 1_000_000n) / SAMPLE)
  }
}
