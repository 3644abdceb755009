import type { ProtocolDeployment } from './config'
import { ConfigError } from './configError'

/** What a config file may name, from the adapters: protocol -> roles, and the chains it knows addresses for. */
export interface KnownProtocol {
  roles: Record<string, { required: boolean; many?: boolean; doc: string }>
  deployments: Record<number, { contracts: Record<string, string>; firstBlock: number }>
  models?: { role?: string; required: boolean; doc: string }
  settings?: Record<string, string>
  feeds?: object
  schemas?: { check(layout: string): void }
  announcedBy?(signatures: string[]): unknown
}

/** As the file has it. */
export interface RawDeployment extends Omit<Partial<ProtocolDeployment>, 'contracts'> {
  contracts?: Record<string, string | string[]>
}

/** Where a protocol is on a chain, by what the file says and the adapter knows. */
export function deploymentIn(
  given: RawDeployment,
  protocol: KnownProtocol,
  place: { name: string; chain: number; at: string },
): ProtocolDeployment {
  const { name, chain, at } = place
  const known = protocol.deployments[chain]
  const contracts = contractsIn(given.contracts ?? {}, known?.contracts ?? {}, protocol, at)
  for (const [role, { required, doc }] of Object.entries(protocol.roles)) {
    if (!required || Object.keys(contracts).some(key => key.split('@', 1)[0] === role)) continue
    throw new ConfigError(
      `${at}.contracts.${role}`,
      `no address for ${doc}`,
      `add \`${role}: "0x…"\`; the addresses of ${name} on chain ${chain} are not known here`,
    )
  }
  return {
    contracts,
    firstBlock: given.firstBlock ?? known?.firstBlock ?? 0,
    ...modelsIn(given, protocol, at),
    ...settingsIn(given.settings, protocol, at),
    ...feedsIn(given.feeds, protocol, at),
    ...announcementsIn(given.announcements, protocol, at),
    ...schemasIn(given.schemas, protocol, at),
  }
}

/** What the file names of a role takes the place of what is known of it. */
function contractsIn(
  given: Record<string, string | string[]>,
  known: Record<string, string>,
  { roles }: KnownProtocol,
  at: string,
): Record<string, string> {
  const contracts = { ...known }
  for (const [role, named] of Object.entries(given)) {
    const place = `${at}.contracts.${role}`
    if (!roles[role])
      throw new ConfigError(place, 'no such contract', `use one of: ${Object.keys(roles).join(', ')}`)
    if (typeof named === 'string') {
      contracts[role] = named.toLowerCase()
      continue
    }
    if (!roles[role].many) throw new ConfigError(place, `${named.length} addresses`, 'name one')
    delete contracts[role]
    for (const address of named) contracts[`${role}@${address.toLowerCase()}`] = address.toLowerCase()
  }
  return contracts
}

/** Keys are addresses where logs are read of them. */
function modelsIn(
  given: RawDeployment,
  protocol: KnownProtocol,
  at: string,
): Pick<ProtocolDeployment, 'models'> {
  const models = lowerKeys(given.models ?? {})
  const keys = Object.keys(models)
  const wanted = protocol.models
  if (!wanted) {
    if (keys.length === 0) return {}
    throw new ConfigError(`${at}.models`, 'nothing of this protocol is mapped to models', 'remove it')
  }
  if (wanted.required && keys.length === 0) {
    throw new ConfigError(`${at}.models`, `it names no ${wanted.doc}`, 'add `models: {"0x…": "<model id>"}`')
  }
  const wrong = wanted.role && keys.find(key => !/^0x[0-9a-f]{40}$/.test(key))
  if (wrong)
    throw new ConfigError(`${at}.models`, `"${wrong}" is no address`, `name ${wanted.doc} by address`)
  return { models }
}

function settingsIn(
  settings: Record<string, number> | undefined,
  protocol: KnownProtocol,
  at: string,
): { settings?: Record<string, number> } {
  if (!settings) return {}
  const names = Object.keys(protocol.settings ?? {})
  const wrong = Object.keys(settings).find(name => !names.includes(name))
  if (wrong === undefined) return { settings }
  const fix = names.length === 0 ? 'remove it' : `use one of: ${names.join(', ')}`
  throw new ConfigError(`${at}.settings.${wrong}`, 'no such setting', fix)
}

function feedsIn(
  given: Record<string, string[]> | undefined,
  protocol: KnownProtocol,
  at: string,
): Pick<ProtocolDeployment, 'feeds'> {
  if (!protocol.feeds && !given) return {}
  if (!protocol.feeds) throw new ConfigError(`${at}.feeds`, 'this protocol tells no prices', 'remove it')
  if (!given) throw new ConfigError(at, 'it names no feeds', 'add `feeds: {"0x<proxy>": ["0x<aggregator>"]}`')
  const lower = Object.entries(given).map(([proxy, aggregators]) => [
    proxy.toLowerCase(),
    aggregators.map(address => address.toLowerCase()),
  ])
  return { feeds: Object.fromEntries(lower) }
}

function announcementsIn(
  announcements: string[] | undefined,
  protocol: KnownProtocol,
  at: string,
): Pick<ProtocolDeployment, 'announcements'> {
  if (!announcements) return {}
  const place = `${at}.announcements`
  if (!protocol.announcedBy)
    throw new ConfigError(place, 'this protocol knows what announces its contracts', 'remove it')
  try {
    protocol.announcedBy(announcements)
  } catch (error) {
    const met = (error as Error).message.split('\n', 1)[0]!
    throw new ConfigError(place, met, 'write it as "Name(address indexed vault, uint256 other)"')
  }
  return { announcements }
}

function schemasIn(
  given: Record<string, string> | undefined,
  { schemas }: KnownProtocol,
  at: string,
): Pick<ProtocolDeployment, 'schemas'> {
  if (!schemas && !given) return {}
  if (!schemas) throw new ConfigError(`${at}.schemas`, 'this protocol has none', 'remove it')
  if (!given)
    throw new ConfigError(
      at,
      'it names no schemas',
      'add `schemas: {"0x<uid>": "string model, bytes32 proof"}`',
    )
  for (const [uid, layout] of Object.entries(given)) {
    try {
      schemas.check(layout)
    } catch (error) {
      const met = (error as Error).message.split('\n', 1)[0]!
      throw new ConfigError(
        `${at}.schemas.${uid}`,
        met,
        'write it as the registry has it: "string model, bytes32 proof"',
      )
    }
  }
  return { schemas: lowerKeys(given) }
}

export function lowerKeys<T>(object: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]))
}
