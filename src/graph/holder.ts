import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'

const ours = new Set<string>()

/** A name for whoever writes the graph, by which another process on this machine can tell whether it still lives. */
export function becomeHolder(): string {
  const holder = `${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`
  ours.add(holder)
  return holder
}

export function resignHolder(holder: string): void {
  ours.delete(holder)
}

/** Whether the holder surely lives no more: its process on this machine is gone. Of other machines nothing is known. */
export function isGone(holder: string): boolean {
  const [, host, pid] = /^(.*):(\d+):[0-9a-f]+$/.exec(holder) ?? []
  if (host !== hostname()) return false
  // In a container every life of the program may have the same pid: then it is us, or an earlier life.
  if (Number(pid) === process.pid) return !ours.has(holder)
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH'
  }
}
