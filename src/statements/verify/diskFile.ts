import { createReadStream } from 'node:fs'
import type { FileSource } from './fileSource'

export function diskFile(path: string): FileSource {
  return { name: path, bytes: () => createReadStream(path) }
}
