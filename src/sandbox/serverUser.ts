/** Postgres refuses to run as root. Started by root, it runs as the system user `postgres`, made if need be. */
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { LaunchError } from './launchError'

export type ServerUser = { uid: number; gid: number }

/** Undefined where we are not root: then Postgres runs as we do. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  const user = lookUp()
  if (user) return user
  try {
    execFileSync('groupadd', ['--force', 'postgres'], { stdio: 'pipe' })
    execFileSync('useradd', ['--no-create-home', '-g', 'postgres', 'postgres'], { stdio: 'pipe' })
  } catch (cause) {
    throw new LaunchError(
      'Postgres cannot run as root, and the user `postgres` could not be made',
      'make a system user named postgres, or run this as a user other than root',
      { cause },
    )
  }
  return lookUp()
}

function lookUp(): ServerUser | undefined {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }))
  try {
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

/** Whether the user may pass through every directory on the way to `target`, which exists, and enter it. */
export function userCanReach(user: ServerUser, target: string): boolean {
  for (let directory = path.resolve(target); ; directory = path.dirname(directory)) {
    const { mode, uid, gid } = statSync(directory)
    const enter = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & enter) === 0) return false
    if (directory === path.dirname(directory)) return true
  }
}

/** Makes the directory, and what is missing above it, open to pass through whatever our umask is. */
export function makeReachableDirectory(directory: string): void {
  if (existsSync(directory)) return
  makeReachableDirectory(path.dirname(directory))
  mkdirSync(directory, { recursive: true })
  chmodSync(directory, 0o755)
}
