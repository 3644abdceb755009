import { keccak256 } from 'viem'
import type { LogFilter } from './chainLogs'

const BITS = 2048
const DIGITS = BITS / 4

/** Each of the three bits of an item. */
type Bits = readonly number[]

/**
 * What a header's bloom says of our filters. Where no log can match, nothing needs to be asked; where one may, `chance`
 * tells how far that speaks for a log: the number of filters that a bloom as full as this one would pass by accident.
 */
export type BloomVerdict = { may: false } | { may: true; chance: number }

/** Tests the bloom of a header, a filter of 2048 bits over the addresses and topics of its logs (Yellow Paper, 4.3.1). */
export class BloomTest {
  /** Of each list, as long as it is asked for: hashing an item takes longer than testing it. */
  private readonly hashed = new WeakMap<string[], Bits[]>()

  /** @param bloom as `readBloom` gives it */
  test(bloom: Buffer, height: number, filters: LogFilter[]): BloomVerdict {
    const asked = filters
      .filter(({ fromBlock }) => fromBlock <= height)
      .map(({ addresses, topics }) => ({
        addresses: addresses && this.bitsOf(addresses),
        topics: this.bitsOf(topics),
      }))
    const may = asked.some(
      ({ addresses, topics }) =>
        topics.some(bits => holds(bloom, bits)) &&
        (addresses === undefined || addresses.some(bits => holds(bloom, bits))),
    )
    if (!may) return { may }
    const full = bloom.reduce((sum, byte) => sum + BITS_OF_BYTE[byte]!, 0) / BITS
    const chance = asked.reduce((sum, { addresses, topics }) => {
      const items = addresses ? addresses.length * topics.length : topics.length
      return sum + items * full ** (addresses ? 6 : 3)
    }, 0)
    return { may, chance }
  }

  /** @param items a list that only grows, or is given once */
  private bitsOf(items: string[]): Bits[] {
    let bits = this.hashed.get(items)
    if (!bits) {
      bits = []
      this.hashed.set(items, bits)
    }
    for (let i = bits.length; i < items.length; i++) bits.push(bitsOf(items[i]!))
    return bits
  }
}

/** The bloom of a header; undefined where it has none, or what is no bloom. */
export function readBloom(header: unknown): Buffer | undefined {
  const { logsBloom } = (header ?? {}) as { logsBloom?: unknown }
  if (typeof logsBloom !== 'string' || logsBloom.length !== DIGITS + 2 || !logsBloom.startsWith('0x')) return
  const bloom = Buffer.from(logsBloom.slice(2), 'hex')
  return bloom.length === BITS / 8 ? bloom : undefined
}

/** Of a block without logs; on chains that make no blooms, of every block. */
export function isZero(bloom: Buffer): boolean {
  return bloom.every(byte => byte === 0)
}

function holds(bloom: Buffer, bits: Bits): boolean {
  return bits.every(bit => (bloom[BITS / 8 - 1 - (bit >> 3)]! & (1 << (bit & 7))) !== 0)
}

/** The low 11 bits of each of the first three 16-bit words of the item's hash. */
function bitsOf(item: string): Bits {
  const hash = Buffer.from(keccak256(item as `0x${string}`, 'bytes'))
  return [0, 2, 4].map(at => hash.readUInt16BE(at) & (BITS - 1))
}

const BITS_OF_BYTE = Array.from({ length: 256 }, (_, byte) => {
  let bits = 0
  for (let rest = byte; rest > 0; rest >>= 1) bits += rest & 1
  return bits
})
