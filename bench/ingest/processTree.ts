import { readdirSync, readFileSync } from 'node:fs'

/** Of /proc/<pid>/stat, counted from behind the command's name: parent, then user and system time, own and of dead children. */
const PARENT = 1
const TIMES = [11, 12, 13, 14]
/** Clock ticks a second that Linux reports to programs, on every architecture that Node runs on. */
const TICKS = 100

/** Processor time of a process and its children, dead and alive; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  let ticks = 0
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const fields = statOf(entry)
    if (!fields || (entry !== String(pid) && fields[PARENT] !== String(pid))) continue
    for (const i of TIMES) ticks += Number(fields[i])
  }
  return ticks / TICKS
}

function statOf(pid: string): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined // it has just ended
  }
}
