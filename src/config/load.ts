import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Ajv, { type ErrorObject } from 'ajv'
import { parse, YAMLParseError } from 'yaml'
import type { ApiConfig, ChainConfig, Config, EndpointConfig, PricePolicy } from './config'
import { ConfigError } from './configError'
import { deploymentIn, type KnownProtocol, lowerKeys, type RawDeployment } from './deployment'
import { expand } from './expand'
import { packageRoot } from './packageRoot'
import { checkNeo4jUrl, checkPostgresUrl, checkUrl } from './urls'

interface RawChain
  extends Omit<ChainConfig, 'caip2' | 'protocols' | 'tokens' | 'endpoints' | 'rpcCacheMegabytes'> {
  rpc: string | (string | EndpointConfig)[]
  rateLimit?: number
  rpcCache?: boolean | number
  protocols: Record<string, RawDeployment>
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
  if (chain.explorer) checkUrl(chain.explorer, `${place}.explorer`)
  return {
    ...rest,
    explorer: chain.explorer?.replace(/\/+$/, ''),
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
        return [name, deploymentIn(given, protocol, { name, chain: chain.id, at })]
      }),
    ),
  }
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
