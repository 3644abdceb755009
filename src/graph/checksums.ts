import { createHash } from 'node:crypto'
import type { PropertyValue } from './elements'

/** Buckets a kind of node or relationship is divided into, by the hash of its id. */
const BUCKETS = 4096

/** One node or relationship, from either side. `ends`: of a relationship. */
export interface Item {
  id: string
  ends?: { from: string; to: string }
  properties: Record<string, PropertyValue>
}

/** The text that two equal items have in common, whatever order their properties come in. */
export function canonical({ id, ends, properties }: Item): string {
  const entries = Object.entries(properties)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    // 1 and 1.0 are different values in Neo4j: the type is part of the text.
    .map(([name, value]) => [name, typeof value, String(value)])
  return JSON.stringify([id, ends?.from ?? null, ends?.to ?? null, entries])
}

export function bucketOf(id: string): number {
  return createHash('md5').update(id).digest().readUInt16BE(0) % BUCKETS
}

/** Sums of the hashes of items by bucket: the order in which they come does not matter, nor does their number cost memory. */
export class Checksums {
  count = 0
  private readonly high = new Uint32Array(BUCKETS)
  private readonly low = new Uint32Array(BUCKETS)
  private readonly counts = new Uint32Array(BUCKETS)

  add(item: Item): void {
    const bucket = bucketOf(item.id)
    const digest = createHash('md5').update(canonical(item)).digest()
    // Typed arrays wrap around at 2^32: a sum, not XOR, under which an item twice would cancel out.
    this.high[bucket]! += digest.readUInt32BE(0)
    this.low[bucket]! += digest.readUInt32BE(4)
    this.counts[bucket]!++
    this.count++
  }

  differingBuckets(other: Checksums): Set<number> {
    const differing = new Set<number>()
    for (let i = 0; i < BUCKETS; i++) {
      const same =
        this.high[i] === other.high[i] && this.low[i] === other.low[i] && this.counts[i] === other.counts[i]
      if (!same) differing.add(i)
    }
    return differing
  }
}
