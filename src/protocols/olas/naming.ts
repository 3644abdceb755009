/** How the registries' numbers become ids: components, agents and services are numbered each from 1. */
import { modelId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'

/** `uType` of the registries: what they register is told by the log, as both have the same code. */
const UNITS = ['component', 'agent'] as const
export type Unit = (typeof UNITS)[number]

/** @throws RangeError */
export function unitOf(uType: number): Unit {
  const unit = UNITS[uType]
  if (unit === undefined) throw new RangeError(`no unit type: ${uType}`)
  return unit
}

/** `eip155:1/olas:component-12`, `eip155:1/olas:agent-12` */
export function unitModel(chain: string, unit: Unit, id: bigint): string {
  return modelId(chain, 'olas', `${unit}-${id}`)
}

/** `eip155:100/olas:service-12` */
export function serviceModel(chain: string, id: bigint): string {
  return modelId(chain, 'olas', `service-${id}`)
}

/** Agents are registered on Ethereum alone: services of other chains name them, and nothing checks it there. */
export function agentOfService({ chain, deployment }: AdapterContext, id: bigint): string {
  return unitModel(deployment.contracts.agentRegistry ? chain : 'eip155:1', 'agent', id)
}

/** `CID_PREFIX` of the registries: base 16, CIDv1, dag-pb, SHA-256 of 32 bytes. */
const CID_PREFIX = 'f01701220'

export function metadataAt(hash: string): string {
  return `ipfs://${CID_PREFIX}${hash.slice(2)}`
}
