// Whether a generated thing is still that of its inputs, so that a repeated build does not make it again.

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'

/** A digest of the inputs' names and bytes, and of whatever else decides the output, such as a tool's version. */
export function digest(root, files, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const file of [...files].sort()) {
    hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file))
  }
  return hash.digest('hex')
}

/** Runs `make` unless `stampFile` says that it ran with the same digest and all `outputs` are there. */
export async function unlessCurrent({ stampFile, digest, outputs, make }) {
  const current =
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === digest &&
    outputs.every(file => existsSync(file))
  if (current) return false
  await make()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, digest)
  return true
}
