import { sha256 } from '@noble/hashes/sha2'
import { Buffer } from 'buffer'

/*
 * What the statements' room takes of `node:crypto`, where there is none: vite.config.mts puts this in its place. Web
 * Crypto has no hash that is fed piece by piece, and waits for each.
 */

export function hash(_algorithm: 'sha256', data: string | Uint8Array, _encoding: 'buffer'): Buffer {
  return Buffer.from(sha256(data))
}

export function createHash(_algorithm: 'sha256') {
  const running = sha256.create()
  const self = {
    update(data: string | Uint8Array) {
      running.update(data)
      return self
    },
    digest: (_encoding: 'hex') => Buffer.from(running.digest()).toString('hex'),
  }
  return self
}
