/** How the protocol's numbers and addresses become ids. */
import type { Origin } from '../../ledger/events'
import { modelId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'

/** `eip155:8453/virtuals:12` */
export function agentModel(chain: string, virtualId: bigint): string {
  return modelId(chain, 'virtuals', virtualId.toString())
}

/** `eip155:8453/virtuals:contribution-<proposal id>`: the DAO, both NFTs and the rewards number it alike. */
export function contributionModel(chain: string, id: bigint): string {
  return modelId(chain, 'virtuals', `contribution-${id}`)
}

/** `eip155:8453/virtuals:0x…`: what a curve sells claims on, until it graduates into an agent. */
export function launchedModel(chain: string, token: string): string {
  return modelId(chain, 'virtuals', token)
}

/** `eip155:8453/curve:0x…`, by the token that it sells */
export function curveId(chain: string, token: string): string {
  return `${chain}/curve:${token}`
}

export function feeId(origin: Origin): string {
  return `${origin.chain}/fee:${origin.transaction}-${origin.logIndex}`
}

/** Address of a role that the configuration must name. */
export function contractOf(context: AdapterContext, role: string): string {
  const address = context.deployment.contracts[role]
  if (address === undefined) throw new Error(`no contract is named for the role ${role}`)
  return address
}
