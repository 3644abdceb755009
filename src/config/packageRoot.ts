import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Folder of package.json, from src/ as well as from lib/: where config/, db/ and schema.graphql are. */
export const packageRoot = findRoot(__dirname)

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error(`no package.json above ${__dirname}: the installation is incomplete`)
  return findRoot(parent)
}
