// npm run soak -- --hostile …, -- --seeds …: what the tests do for a minute, for as long as is wanted. Builds first, since what is
// attacked is what users run; `--no-build` takes lib/ as it is. Each part has its own `--help`.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** The option that chooses a part -> what runs it. */
const parts = { '--hostile': 'test/hostile/main.ts', '--seeds': 'test/sim/main.ts' }

const args = process.argv.slice(2)
const [option, main] = Object.entries(parts).find(([option]) => args.includes(option)) ?? []
if (!main) {
  console.error(
    `soak: nothing to do\n  fix: give one of ${Object.keys(parts).join(', ')}, with --help for its options`,
  )
  process.exit(1)
}

function run(command, args, stdio = 'inherit') {
  const { status } = spawnSync(command, args, { cwd: root, stdio, shell: process.platform === 'win32' })
  if (status !== 0) process.exit(status ?? 1)
}

const help = args.includes('--help')
if (!args.includes('--no-build') && !help) run('npm', ['run', '--silent', 'build'], ['ignore', 2, 2])
const own = args.filter(arg => arg !== option && arg !== '--no-build')
run(process.execPath, ['--import', 'tsx', main, ...own])
