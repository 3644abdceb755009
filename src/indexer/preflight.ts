import type { ChainConfig, EndpointConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import { Endpoint } from '../rpc/endpoint'
import { faultOf, firstLine, HttpFault } from '../rpc/rpcFault'
import type { Source } from './decode'

/** Attempts before an endpoint counts as wrong; once running, it is asked again for ever. */
const ATTEMPTS = 3
const TIMEOUT_MS = 10_000

/**
 * Asks the endpoints what can be asked before anything is indexed: that one answers, all that do for the configured
 * chain, that the contracts are there and that the first block is not past the head.
 *
 * @param place of the chain in the config file, for messages: `chains[1]`
 * @returns contracts whose code could not be asked for (a recording has none), why endpoints do not answer now, and
 *   those that do, which are of the right chain
 * @throws ConfigError
 */
export async function preflight(
  chain: ChainConfig,
  sources: Source[],
  place: string,
): Promise<{ unchecked: string[]; silent: string[]; sound: EndpointConfig[] }> {
  const endpoints = chain.endpoints.map((config, i) => ({
    config,
    at: chain.endpoints.length > 1 ? `${place}.rpc[${i}]` : `${place}.rpc`,
    endpoint: new Endpoint(config),
  }))
  try {
    return await check(chain, sources, place, endpoints)
  } finally {
    for (const { endpoint } of endpoints) endpoint.close()
  }
}

interface Checked {
  config: EndpointConfig
  at: string
  endpoint: Endpoint
}

async function check(
  chain: ChainConfig,
  sources: Source[],
  place: string,
  endpoints: Checked[],
): ReturnType<typeof preflight> {
  const variable = `RPC_${chain.name.toUpperCase().replace(/-/g, '_')}_HTTP`
  const answering: (Checked & { id: number })[] = []
  const silent: ConfigError[] = []
  await Promise.all(
    endpoints.map(async one => {
      try {
        answering.push({ ...one, id: Number(await answered(one, 'eth_chainId', variable)) })
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error
        silent.push(error)
      }
    }),
  )
  for (const { id, at, endpoint } of answering) {
    if (id === chain.id) continue
    throw new ConfigError(
      at,
      `${endpoint.name} answers for chain ${id}, expected ${chain.id}`,
      `correct \`id\`, or set \`rpc\` to an endpoint of chain ${chain.id}`,
    )
  }
  const first = answering[0]
  if (!first) throw silent[0]!
  const contracts = sources.flatMap(({ deployment }) => Object.values(deployment.contracts))
  const [head, ...codes] = await Promise.all([
    answered(first, 'eth_blockNumber', variable).then(Number),
    ...contracts.map(address => codeAt(first.endpoint, address)),
  ])
  const unchecked: string[] = []
  for (const { protocol, deployment } of sources) {
    const at = `${place}.protocols.${protocol.name}`
    if (deployment.firstBlock > head) {
      throw new ConfigError(
        `${at}.firstBlock`,
        `${deployment.firstBlock} is past the head, ${head}`,
        `name a block up to ${head}, or wait until the chain is there`,
      )
    }
    for (const [role, address] of Object.entries(deployment.contracts)) {
      const code = codes[contracts.indexOf(address)]
      if (code === 'unknown') unchecked.push(`${protocol.name}.${role}`)
      else if (code === 'none') {
        throw new ConfigError(
          `${at}.contracts.${role}`,
          `there is no contract at ${address} on chain ${chain.id}`,
          'correct the address, or the endpoint',
        )
      }
    }
  }
  return {
    unchecked,
    silent: silent.map(({ problem }) => problem),
    sound: answering.map(({ config }) => config),
  }
}

/** @throws ConfigError that names the endpoint by its host */
async function answered({ endpoint, at }: Checked, method: string, variable: string): Promise<unknown> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await endpoint.call(method, [], AbortSignal.timeout(TIMEOUT_MS))
    } catch (error) {
      if (attempt < ATTEMPTS) {
        await new Promise(resolve => setTimeout(resolve, 500 * attempt))
        continue
      }
      throw new ConfigError(
        at,
        `${endpoint.name} does not answer: ${firstLine(error)}`,
        fixOf(error, variable),
      )
    }
  }
}

function fixOf(error: unknown, variable: string): string {
  if (error instanceof HttpFault && [401, 403, 404].includes(error.status)) {
    return `correct the key or the path in \`rpc\` (or ${variable}, where the file reads it)`
  }
  if (faultOf(error, '').kind === 'rateLimited') {
    return 'wait until its limit is over, or name another endpoint beside it in `rpc`'
  }
  const proxy = ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy'].find(name => process.env[name])
  return (
    `correct \`rpc\` (or ${variable}, where the file reads it), and see that the endpoint is up` +
    (proxy ? `; ${proxy} is set, but endpoints are asked directly, not through a proxy` : '')
  )
}

async function codeAt(endpoint: Endpoint, address: string): Promise<'there' | 'none' | 'unknown'> {
  try {
    const code = await endpoint.call<string | null>(
      'eth_getCode',
      [address, 'latest'],
      AbortSignal.timeout(TIMEOUT_MS),
    )
    return code && code !== '0x' ? 'there' : 'none'
  } catch {
    return 'unknown'
  }
}
