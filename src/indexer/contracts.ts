import type { Deployment, Protocol, ProtocolLog } from '../protocols/protocol'

/** A protocol as deployed on the processor's chain. */
export interface Source {
  protocol: Protocol
  deployment: Deployment
}

/** A contract that a log announced. */
export interface Discovery {
  protocol: string
  role: string
  /** whose log it was */
  by?: string
}

/** Contracts that were announced, by lower-case address. */
export type Discovered = Map<string, Discovery>

/** What of them is asked. */
export type DiscoveredContracts = Pick<Discovered, 'get'>

const rolesByAddress = new WeakMap<Deployment, Map<string, string>>()

/** Contracts that the configuration names, each once: role and address. */
export function namedContracts({ protocol, deployment }: Source): [role: string, address: string][] {
  const named = Object.entries(deployment.contracts).map(([key, address]): [string, string] => [
    key.split('@', 1)[0]!,
    address,
  ])
  const role = protocol.models?.role
  const modelled = role === undefined ? [] : Object.keys(deployment.models ?? {})
  const known = new Set(named.filter(([of]) => of === role).map(([, address]) => address))
  const { proxy = '', aggregator = '' } = protocol.feeds ?? {}
  const feeds = Object.entries(deployment.feeds ?? {}).flatMap(([address, aggregators]) => [
    [proxy, address] as [string, string],
    ...aggregators.map((of): [string, string] => [aggregator, of]),
  ])
  return [
    ...named,
    ...modelled.filter(address => !known.has(address)).map((address): [string, string] => [role!, address]),
    ...feeds,
  ]
}

/** What the contract is to the protocol: as configuration names it, else as it was announced. */
export function roleOf(source: Source, address: string, discovered: DiscoveredContracts): string | undefined {
  const { protocol, deployment } = source
  let roles = rolesByAddress.get(deployment)
  if (!roles) {
    roles = new Map()
    for (const [role, deployed] of namedContracts(source)) {
      if (!roles.has(deployed)) roles.set(deployed, role)
    }
    rolesByAddress.set(deployment, roles)
  }
  return roles.get(address) ?? ownDiscovery(protocol, address, discovered)?.role
}

export function ownDiscovery(
  { name }: Protocol,
  address: string,
  discovered: DiscoveredContracts,
): Discovery | undefined {
  const found = discovered.get(address)
  return found?.protocol === name ? found : undefined
}

/** Notes the contracts that a log announces and nobody announced before, and gives them. */
export function* announcedBy(
  chain: string,
  source: Source,
  log: ProtocolLog,
  discovered: Pick<Discovered, 'get' | 'set'>,
): Generator<Discovery & { address: string }> {
  const { protocol, deployment } = source
  if (log.block < deployment.firstBlock) return
  for (const discovery of protocol.discovers) {
    if (discovery.topic !== log.topics[0] || discovery.by !== roleOf(source, log.address, discovered))
      continue
    let address: string | undefined
    try {
      address = discovery.address(log, chain)
    } catch {
      continue // the handler of the same log rejects it with the reason
    }
    if (address === undefined || discovered.get(address)) continue
    const found = { protocol: protocol.name, role: discovery.role, by: log.address }
    discovered.set(address, found)
    yield { ...found, address }
  }
}
