// Copies what tsc leaves behind (SQL, HTML, artifacts, recordings, …) from src to lib.

import { copyFileSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const from = join(root, 'src')
const to = join(root, 'lib')

/** Read by people, or by the build, and by nothing at run time. */
const leftBehind = ['.ts', '.sol', '.stamp', '.md']

for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
  // What the dashboard needs is bundled.
  if (entry.parentPath.startsWith(join(from, 'dashboard'))) continue
  if (!entry.isFile() || leftBehind.some(ending => entry.name.endsWith(ending))) continue
  const source = join(entry.parentPath, entry.name)
  const target = join(to, relative(from, source))
  const before = statSync(target, { throwIfNoEntry: false })
  const { mtimeMs, size } = statSync(source)
  if (before && before.size === size && before.mtimeMs >= mtimeMs) continue
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(source, target)
}
