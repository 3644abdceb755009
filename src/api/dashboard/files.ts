import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { gzipSync } from 'node:zlib'

/** A file of the built dashboard, ready to be sent. */
export interface ServedFile {
  type: string
  /** weak: the same for the bytes as they are and compressed */
  etag: string
  /** the file's name has its content's hash in it: the same name is never another content */
  hashed: boolean
  bytes: Buffer<ArrayBuffer>
  gzipped: Buffer<ArrayBuffer>
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Reads the built dashboard whole: some hundred kilobytes, so that no request touches the disk, and a path can reach
 * nothing that is not in the map. Undefined: it was not built.
 */
export function readDashboard(folder: string): ReadonlyMap<string, ServedFile> | undefined {
  let entries: import('node:fs').Dirent[]
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch {
    return undefined
  }
  const files = new Map<string, ServedFile>()
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || !type) continue
    const file = join(entry.parentPath, entry.name)
    const path = `/${relative(folder, file).split(sep).join('/')}`
    files.set(path, served(readFileSync(file), type, path.startsWith('/assets/')))
  }
  return files.has('/index.html') ? files : undefined
}

function served(content: Buffer, type: string, hashed: boolean): ServedFile {
  const bytes = Buffer.from(content)
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { type, etag, hashed, bytes, gzipped: Buffer.from(gzipSync(bytes, { level: 9 })) }
}
