import { events as erc20 } from '../../abi/virtuals/agentVeToken'
import { type AbiEvent, decodeEvent } from '../decodeEvent'
import type { AdapterContext, ProtocolLog } from '../protocol'

/** Arguments of a log that is the event; undefined: it is not, or cannot be read. */
export function readAs<Args>(event: AbiEvent<Args>, log: ProtocolLog | undefined): Args | undefined {
  if (log?.topics[0] !== event.topic) return undefined
  try {
    return decodeEvent(event, log)
  } catch {
    return undefined
  }
}

export interface Move {
  from: string
  to: string
  value: bigint
  log: ProtocolLog
}

/** An ERC-20 `Transfer`, of one token where `token` names it; undefined: the log is none. */
export function moveOf(log: ProtocolLog | undefined, token?: string): Move | undefined {
  if (log?.topics.length !== 3 || (token !== undefined && log.address !== token)) return undefined
  const args = readAs(erc20.Transfer, log)
  return args && { ...args, log }
}

/** Logs of the transaction before this one, the nearest first. */
export function before(log: ProtocolLog, { transaction }: AdapterContext): ProtocolLog[] {
  return transaction.filter(other => other.logIndex < log.logIndex).reverse()
}

/** Logs of the transaction after this one. */
export function after(log: ProtocolLog, { transaction }: AdapterContext): ProtocolLog[] {
  return transaction.filter(other => other.logIndex > log.logIndex)
}

/** The first that `pick` makes something of. */
export function firstOf<T>(logs: ProtocolLog[], pick: (log: ProtocolLog) => T | undefined): T | undefined {
  for (const log of logs) {
    const picked = pick(log)
    if (picked !== undefined) return picked
  }
  return undefined
}
