// What a fresh copy needs before anything of it runs: a Node that is new enough, its packages, and the build.
// Plain Node: there may be no packages yet.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Installs and builds where needed; ends the process, with what to do, where that fails. */
export function prepare() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Node ${process.versions.node} is too old`, 'install Node 20.19 or later (https://nodejs.org)')
  }
  const missing = missingPackage()
  if (missing) {
    // The build needs development packages, and the binaries are optional ones, whatever NODE_ENV and npmrc leave out.
    const whole = ['--include=dev', '--include=optional']
    run('Installing packages …', ['ci', ...whole, '--no-audit', '--no-fund', '--loglevel=error'])
  }
  run('Building …', ['run', '--silent', 'build'])
}

/** The first package of the lock file that is not there as it says; undefined: all are. */
function missingPackage() {
  const wanted = packagesOf('package-lock.json')
  const installed = packagesOf('node_modules/.package-lock.json')
  return Object.entries(wanted).find(
    ([place, { version, optional, link }]) =>
      place !== '' &&
      !optional &&
      !link &&
      (installed[place]?.version !== version || !existsSync(join(root, place, 'package.json'))),
  )?.[0]
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages ?? {}
  } catch {
    return {} // npm writes its own list last: there is none, or half of one, after an install that was cut short
  }
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
    fail(
      `npm ${args.join(' ')} failed`,
      'see the lines above; the network or the package registry may be out of reach',
    )
  }
}

function fail(problem, fix) {
  console.error(`${problem}\n  fix: ${fix}`)
  process.exit(1)
}
