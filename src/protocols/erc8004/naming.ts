/** How the registries' numbers become ids. */
import type { Origin } from '../../ledger/events'
import { modelId } from '../../ledger/ids'

/** `eip155:8453/erc8004:12`: a chain has one identity registry */
export function agentModel(chain: string, agentId: bigint): string {
  return modelId(chain, 'erc8004', agentId.toString())
}

/** `eip155:16661/erc7857:0x…/12` */
export function intelligentModel(chain: string, contract: string, tokenId: bigint): string {
  return modelId(chain, 'erc7857', `${contract}/${tokenId}`)
}

/** By agent, client and the client's number of it, which the registry counts from 1. */
export function feedbackId(origin: Origin, agentId: bigint, client: string, index: bigint): string {
  return attestationId(origin, `${agentId}-${client}-${index}`)
}

/** Whoever asks chooses the request's hash: it must not be able to take the place of another contract's. */
export function attestationId({ chain, contract }: Origin, key: string): string {
  return `${chain}/attestation:${contract}/${key}`
}
