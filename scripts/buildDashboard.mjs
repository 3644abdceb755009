// Bundles src/dashboard into lib/dashboard, which the API serves at /.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digest, unlessCurrent } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dashboard = join(root, 'src/dashboard')

// The verifier of statements is bundled too.
const sources = [dashboard, join(root, 'src/statements')]
  .flatMap(folder => readdirSync(folder, { recursive: true, withFileTypes: true }))
  .filter(entry => entry.isFile() && !entry.name.endsWith('.d.ts'))
  .map(entry => join(entry.parentPath, entry.name))

await unlessCurrent({
  stampFile: join(root, 'node_modules/.cache/provenance-graph/dashboard'),
  // What is bundled from packages follows their versions.
  digest: digest(root, sources, readFileSync(join(root, 'package-lock.json'), 'utf8')),
  outputs: [join(root, 'lib/dashboard/index.html')],
  make: async () => {
    const { build } = await import('vite')
    await build({ configFile: join(dashboard, 'vite.config.mts'), logLevel: 'warn' })
  },
})
