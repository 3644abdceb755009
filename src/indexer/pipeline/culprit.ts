import type { ProtocolLog } from '../../protocols/protocol'

/** A log that cannot be written, and why. */
export interface Culprit {
  log: ProtocolLog
  reason: string
}

/**
 * The first log up to which logs cannot be written, found by halves.
 *
 * @param failureOf why logs from the first on cannot be written; undefined: they can. Leaves no trace
 * @returns undefined where they can be
 */
export async function culpritAmong(
  logs: ProtocolLog[],
  failureOf: (logs: ProtocolLog[]) => Promise<string | undefined>,
): Promise<Culprit | undefined> {
  let reason = await failureOf(logs)
  let [passes, fails] = [0, logs.length]
  while (reason !== undefined && fails - passes > 1) {
    const middle = (passes + fails) >> 1
    const earlier = await failureOf(logs.slice(0, middle))
    if (earlier === undefined) passes = middle
    else [fails, reason] = [middle, earlier]
  }
  const log = logs[fails - 1]
  return reason === undefined || !log ? undefined : { log, reason }
}
