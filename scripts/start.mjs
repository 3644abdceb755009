// npm start: installs and builds where needed, then runs the sandbox in this process, so that Ctrl-C is its own.

import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Node ${process.versions.node} is too old\n  fix: install Node 20.19 or later (https://nodejs.org)`,
  )
  process.exit(1)
}

function run(what, args) {
  console.log(what)
  try {
    execFileSync('npm', args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
  } catch {
    console.error(
      `npm ${args.join(' ')} failed\n  fix: see the lines above; the network or the package registry may be out of reach`,
    )
    process.exit(1)
  }
}

const installed = join(root, 'node_modules/.package-lock.json')
if (
  !existsSync(installed) ||
  statSync(installed).mtimeMs < statSync(join(root, 'package-lock.json')).mtimeMs
) {
  run('Installing packages …', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}
run('Building …', ['run', '--silent', 'build'])

process.chdir(root)
process.argv = [process.argv[0], 'provenance', 'sandbox', ...process.argv.slice(2)]
createRequire(import.meta.url)(join(root, 'lib/cli/main.js'))
