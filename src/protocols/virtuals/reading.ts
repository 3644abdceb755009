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

/** An ERC-20 `Transfer`; undefined: the log is none. */
export function moveOf(log: ProtocolLog | undefined): Move | undefined {
  if (log?.topics.length !== 3) return undefined
  const args = readAs(erc20.Transfer, log)
  return args && { ...args, log }
}

/** The nearest `Transfer` of a token before a log of the transaction. */
export function moveBefore(
  log: ProtocolLog,
  token: string,
  { transaction }: AdapterContext,
): Move | undefined {
  return moveOf(transaction.before(log, token, erc20.Transfer.topic))
}
