// Makes what is generated and not committed: contract artifacts, the entities (src/model), the ABI facades
// (src/abi), the API's types for the dashboard.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileContracts } from './compileContracts.mjs'
import { digest, unlessCurrent } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamps = join(root, 'node_modules/.cache/provenance-graph')

/** Runs a package's own script with this Node: npx would cost half a second each. */
function runBin(name, bin, args, file = 'bin/run.js') {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules', name, file), ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (cause) {
    throw new Error(`${bin} failed:\n${cause.stdout ?? ''}${cause.stderr ?? ''}`, { cause })
  }
}

const versionOf = name =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

async function generateModel() {
  const schema = join(root, 'schema.graphql')
  return unlessCurrent({
    stampFile: join(stamps, 'model'),
    digest: digest(root, [schema], versionOf('@subsquid/typeorm-codegen')),
    outputs: [join(root, 'src/model/generated/index.ts')],
    make: () => runBin('@subsquid/typeorm-codegen', 'squid-typeorm-codegen', []),
  })
}

async function generateAbi(protocol) {
  const folder = join(root, 'abi', protocol)
  const files = readdirSync(folder)
    .filter(file => file.endsWith('.json'))
    .map(file => join(folder, file))
  const target = join(root, 'src/abi', protocol)
  return unlessCurrent({
    stampFile: join(stamps, `abi-${protocol}`),
    digest: digest(root, files, versionOf('@subsquid/evm-typegen')),
    outputs: files.map(file => join(target, file.slice(folder.length + 1).replace(/\.json$/, '.ts'))),
    make: () => runBin('@subsquid/evm-typegen', 'squid-evm-typegen', [target, ...files, '--clean']),
  })
}

/** Types of the API for the dashboard's queries. Read by tsc and editors alone: the bundler drops them. */
async function generateApiTypes() {
  const schema = join(root, 'api.graphql')
  return unlessCurrent({
    stampFile: join(stamps, 'api-types'),
    digest: digest(root, [schema], versionOf('gql.tada')),
    outputs: [join(root, 'src/dashboard/data/graphql-env.d.ts')],
    make: () =>
      runBin(
        'gql.tada',
        'gql.tada',
        ['generate-output', '--tsconfig', 'src/dashboard/tsconfig.json'],
        'bin/cli.js',
      ),
  })
}

const started = Date.now()
const made = []
if (await compileContracts()) made.push('contracts')
if (await generateModel()) made.push('model')
if (await generateApiTypes()) made.push('API types')
for (const entry of readdirSync(join(root, 'abi'), { withFileTypes: true })) {
  if (entry.isDirectory() && (await generateAbi(entry.name))) made.push(`abi/${entry.name}`)
}
if (!existsSync(join(root, 'src/abi')))
  throw new Error('no ABI was generated: abi/ has no folder with JSON files')
const seconds = ((Date.now() - started) / 1000).toFixed(1)
console.log(`codegen: ${made.length === 0 ? 'all current' : made.join(', ')} (${seconds} s)`)
