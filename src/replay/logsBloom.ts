import { keccak256 } from 'viem'
import type { RecordedLog } from './recordedLog'

const BYTES = 256
export const EMPTY_BLOOM = `0x${'00'.repeat(BYTES)}`

const bitsOf = new Map<string, [number, number, number]>()

/** The 2048-bit filter of a header or receipt over the addresses and topics of its logs (Yellow Paper, 4.3.1). */
export function logsBloom(logs: Iterable<RecordedLog>): string {
  const filter = Buffer.alloc(BYTES)
  for (const log of logs) {
    for (const item of [log.address, ...log.topics]) {
      for (const bit of bits(item)) filter[BYTES - 1 - (bit >> 3)]! |= 1 << (bit & 7)
    }
  }
  return `0x${filter.toString('hex')}`
}

/** The low 11 bits of each of the first three 16-bit words of the item's hash. */
function bits(item: string): [number, number, number] {
  let found = bitsOf.get(item)
  if (!found) {
    const hash = Buffer.from(keccak256(item as `0x${string}`, 'bytes'))
    found = [hash.readUInt16BE(0) & 2047, hash.readUInt16BE(2) & 2047, hash.readUInt16BE(4) & 2047]
    if (bitsOf.size < 100_000) bitsOf.set(item, found) // a bound: topics of a long recording are many and seldom repeat
  }
  return found
}
