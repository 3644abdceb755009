// npm run bench: builds, then runs bench/main.ts. `--no-build` measures lib/ as it is.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const asksForHelp = args.includes('--help') || args.includes('-h')
if (!args.includes('--no-build') && !asksForHelp) {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) process.exit(status ?? 1)
}
const { status, signal } = spawnSync(
  process.execPath,
  ['--require', './bench/load.cjs', './bench/main.ts', ...args.filter(arg => arg !== '--no-build')],
  { cwd: root, stdio: 'inherit' },
)
process.exit(signal ? 1 : (status ?? 1))
