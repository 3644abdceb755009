import { createHash } from 'node:crypto'

/** RFC 9562, 6.6: names that are URLs. */
const URLS = Buffer.from('6ba7b8119dad11d180b400c04fd430c8', 'hex')

/**
 * UUID of a name, always the same (RFC 9562, 5.5).
 *
 * @example uuid5('http://www.example.com/') // 'fcde3c85-2270-590f-9e7c-ee003d65e0e2'
 */
export function uuid5(name: string): string {
  const bytes = createHash('sha1').update(URLS).update(name).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
