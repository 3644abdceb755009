import { readFileSync } from 'node:fs'

/** The most memory that this process ever held. Linux counts what the parent held when it forked towards `maxRSS`, but not towards VmHWM. */
export function peakBytes(): number {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kilobytes !== undefined) return Number(kilobytes) * 1024
  } catch {} // not Linux
  return process.resourceUsage().maxRSS * 1024
}
