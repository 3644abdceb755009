import type { ChainConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import { readQuantity } from '../rpc/chainLogs'
import { Endpoint } from '../rpc/endpoint'
import { firstLine, HttpFault } from '../rpc/rpcFault'
import { namedContracts, type Source } from './contracts'

/** Attempts before an endpoint counts as wrong; once running, it is asked again for ever. */
const ATTEMPTS = 3
const TIMEOUT_MS = 10_000

/** No endpoint answers, or has come so far, and one may before long: to be asked again. */
export class NotYet extends Error {
  override readonly name = 'NotYet'
}

/**
 * Asks the endpoints what can be asked before anything is indexed: that one answers, all that do for the configured
 * chain, that the contracts are there and that the first block is not past the head.
 *
 * @param place of the chain in the config file, for messages: `chains[1]`
 * @param isIndexed blocks of it are: what was right then is no mistake in the file now
 * @returns contracts whose code could not be asked for (a recording has none), and why endpoints do not answer now
 * @throws ConfigError; NotYet
 */
export async function preflight(
  chain: ChainConfig,
  sources: Source[],
  place: string,
  isIndexed: boolean,
): Promise<{ unchecked: string[]; silent: string[] }> {
  const endpoints = chain.endpoints.map((config, i) => ({
    at: chain.endpoints.length > 1 ? `${place}.rpc[${i}]` : `${place}.rpc`,
    endpoint: new Endpoint(config),
  }))
  try {
    return await check(chain, sources, place, isIndexed, endpoints)
  } finally {
    for (const { endpoint } of endpoints) endpoint.close()
  }
}

interface Checked {
  at: string
  endpoint: Endpoint
}

async function check(
  chain: ChainConfig,
  sources: Source[],
  place: string,
  isIndexed: boolean,
  endpoints: Checked[],
): ReturnType<typeof preflight> {
  const variable = `RPC_${chain.name.toUpperCase().replace(/-/g, '_')}_HTTP`
  const answering: (Checked & { id: number })[] = []
  const silent: Silence[] = []
  await Promise.all(
    endpoints.map(async one => {
      try {
        answering.push({ ...one, id: await answered(one, 'eth_chainId', variable) })
      } catch (error) {
        if (!(error instanceof Silence)) throw error
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
  if (!first) throw isIndexed ? new NotYet(silent[0]!.message) : silent[0]!.forFirstStart
  const unanswered = silent.map(({ message }) => message)
  if (isIndexed) return { silent: unanswered, unchecked: [] }
  const contracts = sources.flatMap(source => namedContracts(source).map(([, address]) => address))
  const [head, ...codes] = await Promise.all([
    answered(first, 'eth_blockNumber', variable).catch((error: Silence) => {
      throw new NotYet(error.message) // it did answer a moment ago
    }),
    ...contracts.map(address => codeAt(first.endpoint, address)),
  ])
  const unchecked: string[] = []
  for (const source of sources) {
    const { protocol, deployment } = source
    const at = `${place}.protocols.${protocol.name}`
    // An endpoint that lags or was just started tells a low head: no reason to end.
    if (deployment.firstBlock > head) {
      throw new NotYet(
        `${at}.firstBlock: ${deployment.firstBlock} is past the head, ${head}, of ${first.endpoint.name}: ` +
          'it is waited for (or name an earlier block)',
      )
    }
    for (const [role, address] of namedContracts(source)) {
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
  return { silent: unanswered, unchecked }
}

/** An endpoint that does not answer. */
class Silence extends Error {
  constructor(
    private readonly at: string,
    name: string,
    override readonly cause: unknown,
    private readonly variable: string,
  ) {
    super(`${name} does not answer: ${firstLine(cause)}`)
  }

  /** What nobody listens at, or nobody is let in, is named wrongly as far as can be told; all else may pass. */
  get forFirstStart(): Error {
    const { cause, message } = this
    const isWrong =
      cause instanceof HttpFault
        ? [401, 403, 404].includes(cause.status)
        : /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(message)
    return isWrong ? new ConfigError(this.at, message, fixOf(cause, this.variable)) : new NotYet(message)
  }
}

/** A number. @throws Silence */
async function answered({ endpoint, at }: Checked, method: string, variable: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return readQuantity(await endpoint.call(method, [], AbortSignal.timeout(TIMEOUT_MS)), method)
    } catch (error) {
      if (attempt < ATTEMPTS) {
        await new Promise(resolve => setTimeout(resolve, 500 * attempt))
        continue
      }
      throw new Silence(at, endpoint.name, error, variable)
    }
  }
}

function fixOf(error: unknown, variable: string): string {
  if (error instanceof HttpFault && [401, 403, 404].includes(error.status)) {
    return `correct the key or the path in \`rpc\` (or ${variable}, where the file reads it)`
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
