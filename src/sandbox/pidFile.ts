/**
 * A pid file says which process serves a directory and who launched it, so that the next start can tell a
 * running instance (leave it) from one whose launcher was killed with SIGKILL (stop it, then start anew).
 */
import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { LaunchError } from './launchError'

type Claim = { pid: number; born: string; launcher: number; launcherBorn: string }

/** Records that `pid`, launched by this process, now serves the directory of `file`. */
export function writePidFile(file: string, pid: number): void {
  const claim: Claim = {
    pid,
    born: born(pid) ?? '',
    launcher: process.pid,
    launcherBorn: born(process.pid) ?? '',
  }
  writeFileSync(file, JSON.stringify(claim))
}

export function removePidFile(file: string): void {
  rmSync(file, { force: true })
}

/**
 * Makes the directory of `file` ours to start in: stops a process that outlived its launcher, and throws a
 * `LaunchError` if its launcher is alive, because two servers on one data directory destroy it.
 */
export async function stopOrphan(file: string, program: string, signal: NodeJS.Signals): Promise<void> {
  const claim = readPidFile(file)
  if (!claim) return
  if (born(claim.pid) === claim.born) {
    if (born(claim.launcher) === claim.launcherBorn) {
      throw new LaunchError(
        `${program} already runs on this data (process ${claim.pid}, started by process ${claim.launcher})`,
        `stop process ${claim.launcher}, or use another data directory`,
      )
    }
    await terminate(claim, signal)
  }
  removePidFile(file)
}

/** 10 s to end by itself: Postgres writes a checkpoint on its way out. */
async function terminate(claim: Claim, signal: NodeJS.Signals): Promise<void> {
  const alive = () => born(claim.pid) === claim.born
  process.kill(claim.pid, signal)
  for (let waited = 0; waited < 10_000 && alive(); waited += 50) await sleep(50)
  if (alive()) process.kill(claim.pid, 'SIGKILL')
  while (alive()) await sleep(50)
}

function readPidFile(file: string): Claim | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Claim
  } catch {
    return undefined // absent, or cut short by a crash of the machine: then no process of it is left either
  }
}

/**
 * When a living process started, as text to compare; undefined if there is none. A pid alone does not name a
 * process: after a reboot the same small numbers are given out again.
 */
function born(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // proc(5): the fields after the command name, which is in brackets and may hold spaces; the first is the
      // state, the 20th the start time in clock ticks since boot.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return fields[0] === 'Z' ? undefined : fields[19]
    }
    if (process.platform === 'win32') {
      process.kill(pid, 0)
      return 'alive'
    }
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? undefined : started
  } catch {
    return undefined
  }
}
