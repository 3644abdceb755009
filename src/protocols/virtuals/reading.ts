import { events as erc20 } from '../../abi/virtuals/agentVeToken'
import type { AdapterContext, ProtocolLog } from '../protocol'
import { readAs } from '../reading'

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
