import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Ajv, { type ErrorObject } from 'ajv'
import { parse, YAMLParseError } from 'yaml'
import type {
  ApiConfig,
  ChainConfig,
  Config,
  EndpointConfig,
  PricePolicy,
  ProtocolDeployment,
} from './config'
import { ConfigError } from './configError'
import { expand } from './expand'
import { packageRoot } from './packageRoot'
import { checkNeo4jUrl, checkPostgresUrl, checkUrl } from './urls'

/** What a config file may name, from the adapters: protocol -> roles, and the chains it knows addresses for. */
export interface KnownProtocol {
  roles: Record<string, { required: boolean; doc: string }>
  deployments: Record<number, { contracts: Record<string, string>; firstBlock: number }>
  models?: { role?: string; required: boolean; doc: string }
  settings?: Record<string, string>
  feeds?: object
}

interface RawChain
  extends Omit<ChainConfig, 'caip2' | 'protocols' | 'tokens' | 'endpoints' | 'rpcCacheMegabytes'> {
  rpc: string | (string | EndpointConfig)[]
  rateLimit?: number
  rpcCache?: boolean | number
  protocols: Record<string, Partial<ProtocolDeployment>>
  tokens?: ChainConfig['tokens']
}

/** Some ten million logs. */
const RPC_CACHE_MEGABYTES = 1024

interface RawConfig {
  postgres: { url: string; replicaUrl?: string }
  neo4j?: { url: string; user?: string; password?: string }
  api?: Partial<ApiConfig>
  chains: RawChain[]
  prices?: Record<string, PricePolicy>
}

/**
 * Reads, expands and checks a deployment's YAML file.
 *
 * @throws ConfigError naming the key, the value met and the fix
 * @example loadConfig('config/local.yaml', protocols)
 */
export function loadConfig(
  file: string,
  protocols: Record<string, KnownProtocol>,
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const path = resolve(file)
  if (!existsSync(path)) {
    throw new ConfigError(
      '--config',
      `${path} does not exist`,
      'name an existing YAML file; config/ has examples',
    )
  }
  return checkConfig(parseYaml(readFileSync(path, 'utf8'), path), path, protocols, env)
}

/** The same for an already parsed document; for tests and the sandbox. */
export function checkConfig(
  document: unknown,
  file: string,
  protocols: Record<string, KnownProtocol>,
  env: NodeJS.ProcessEnv,
): Config {
  const raw = expand(document, env) as RawConfig
  const validate = new Ajv({ allErrors: true, useDefaults: true }).compile(
    JSON.parse(readFileSync(join(packageRoot, 'config/schema.json'), 'utf8')),
  )
  if (!validate(raw)) throw explain(validate.errors![0]!, raw)
  checkPostgresUrl(raw.postgres.url, 'postgres.url')
  if (raw.postgres.replicaUrl) checkPostgresUrl(raw.postgres.replicaUrl, 'postgres.replicaUrl')
  if (raw.neo4j?.url) checkNeo4jUrl(raw.neo4j.url, 'neo4j.url')
  const ids = new Set<number>()
  const names = new Set<string>()
  const chains = raw.chains.map((chain, i) => {
    const place = `chains[${i}]`
    if (ids.has(chain.id))
      throw new ConfigError(`${place}.id`, `${chain.id} is there twice`, 'one entry a chain')
    if (names.has(chain.name))
      throw new ConfigError(`${place}.name`, `"${chain.name}" is there twice`, 'name each chain once')
    ids.add(chain.id)
    names.add(chain.name)
    return checkChain(chain, place, protocols)
  })
  return {
    file,
    postgres: { url: raw.postgres.url, replicaUrl: raw.postgres.replicaUrl || undefined },
    neo4j: raw.neo4j?.url ? raw.neo4j : undefined,
    api: { host: '127.0.0.1', port: 4350, timeoutMs: 10_000, maxLagSeconds: 120, ...raw.api },
    chains,
    prices: lowerKeys(raw.prices ?? {}),
  }
}

function checkChain(chain: RawChain, place: string, protocols: Record<string, KnownProtocol>): ChainConfig {
  const { rpc, rateLimit, rpcCache, ...rest } = chain
  const endpoints = (Array.isArray(rpc) ? rpc : [rpc]).map(endpoint => ({
    rateLimit,
    ...(typeof endpoint === 'string' ? { url: endpoint } : endpoint),
  }))
  for (const [i, { url }] of endpoints.entries())
    checkUrl(url, `${place}.rpc${Array.isArray(rpc) ? `[${i}]` : ''}`)
  if (chain.gateway) checkUrl(chain.gateway, `${place}.gateway`)
  return {
    ...rest,
    caip2: `eip155:${chain.id}`,
    endpoints,
    rpcCacheMegabytes: typeof rpcCache === 'number' ? rpcCache : rpcCache === false ? 0 : RPC_CACHE_MEGABYTES,
    tokens: lowerKeys(chain.tokens ?? {}),
    protocols: Object.fromEntries(
      Object.entries(chain.protocols).map(([name, given]) => {
        const at = `${place}.protocols.${name}`
        const protocol = protocols[name]
        if (!protocol) {
          throw new ConfigError(
            at,
            `there is no protocol "${name}"`,
            `use one of: ${Object.keys(protocols).join(', ')}`,
          )
        }
        const known = protocol.deployments[chain.id]
        const contracts = { ...known?.contracts, ...lowerValues(given.contracts ?? {}) }
        for (const role of Object.keys(contracts)) {
          if (!protocol.roles[role]) {
            throw new ConfigError(
              `${at}.contracts.${role}`,
              'no such contract',
              `use one of: ${Object.keys(protocol.roles).join(', ')}`,
            )
          }
        }
        for (const [role, { required, doc }] of Object.entries(protocol.roles)) {
          if (required && !contracts[role]) {
            throw new ConfigError(
              `${at}.contracts.${role}`,
              `no address for ${doc}`,
              `add \`${role}: "0x…"\`; the addresses of ${name} on chain ${chain.id} are not known here`,
            )
          }
        }
        const firstBlock = given.firstBlock ?? known?.firstBlock ?? 0
        const models = modelsIn(given, protocol, at)
        const settings = settingsIn(given.settings, protocol, at)
        return [
          name,
          { contracts, firstBlock, ...models, ...settings, ...feedsIn(given.feeds, protocol, at) },
        ]
      }),
    ),
  }
}

/** Keys are addresses where logs are read of them. */
function modelsIn(
  given: Partial<ProtocolDeployment>,
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

function parseYaml(text: string, path: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error
    const line = error.linePos?.[0].line
    throw new ConfigError(
      `${path}${line ? `:${line}` : ''}`,
      error.message.split('\n')[0]!,
      'correct the YAML',
    )
  }
}

function explain(error: ErrorObject, raw: unknown): ConfigError {
  const place = error.instancePath
    .slice(1)
    .replace(/\/(\d+)/g, '[$1]')
    .replace(/\//g, '.')
  const value = error.instancePath
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], raw)
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>
  if (missingProperty) {
    return new ConfigError(
      place || 'config',
      `\`${missingProperty}\` is missing`,
      `add \`${missingProperty}:\`; config/schema.json describes it`,
    )
  }
  if (additionalProperty) {
    return new ConfigError(
      place || 'config',
      `there is no key \`${additionalProperty}\``,
      'remove it or correct its name; config/schema.json lists the keys',
    )
  }
  const met = isSecret(place) ? 'the value' : JSON.stringify(value)
  return new ConfigError(
    place || 'config',
    `${met} ${error.message}`,
    'see config/schema.json for what is allowed',
  )
}

/** Connection strings hold passwords, which never reach a log. */
function isSecret(place: string): boolean {
  return /url|password|rpc|gateway/.test(place)
}

function lowerKeys<T>(object: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key.toLowerCase(), value]))
}

function lowerValues(object: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, value.toLowerCase()]))
}
