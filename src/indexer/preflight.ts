import { createPublicClient, http, type PublicClient, webSocket } from 'viem'
import type { ChainConfig, EndpointConfig } from '../config/config'
import { ConfigError } from '../config/configError'
import { hostOf } from '../rpc/hostOf'
import type { Source } from './decode'

/** Attempts before an endpoint counts as wrong; once running, it is asked again for ever. */
const ATTEMPTS = 3

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
  const variable = `RPC_${chain.name.toUpperCase().replace(/-/g, '_')}`
  const answering: { endpoint: EndpointConfig; at: string; client: PublicClient; id: number }[] = []
  const silent: ConfigError[] = []
  await Promise.all(
    chain.endpoints.map(async (endpoint, i) => {
      const { url } = endpoint
      const at = chain.endpoints.length > 1 ? `${place}.rpc[${i}]` : `${place}.rpc`
      const client = createPublicClient({
        transport: url.startsWith('ws') ? webSocket(url, { retryCount: 0 }) : http(url, { retryCount: 0 }),
      })
      try {
        const id = await answered(() => client.getChainId(), at, hostOf(url), variable)
        answering.push({ endpoint, at, client, id })
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
      `${hostOf(endpoint.url)} answers for chain ${id}, expected ${chain.id}`,
      `correct \`id\`, or set \`rpc\` to an endpoint of chain ${chain.id}`,
    )
  }
  const first = answering[0]
  if (!first) throw silent[0]!
  const contracts = sources.flatMap(({ deployment }) => Object.values(deployment.contracts))
  const [head, ...codes] = await Promise.all([
    answered(
      () => first.client.getBlockNumber({ cacheTime: 0 }),
      `${place}.rpc`,
      hostOf(first.endpoint.url),
      variable,
    ),
    ...contracts.map(address => codeAt(first.client, address)),
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
    sound: answering.map(({ endpoint }) => endpoint),
  }
}

async function answered<T>(ask: () => Promise<T>, place: string, url: string, variable: string): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      if (attempt < ATTEMPTS) {
        await new Promise(resolve => setTimeout(resolve, 500 * attempt))
        continue
      }
      const reason = ((error as { details?: string }).details || (error as Error).message).split('\n')[0]
      throw new ConfigError(
        place,
        `${url} does not answer: ${reason}`,
        `correct \`rpc\` (or ${variable}_HTTP, where the file reads it), and see that the endpoint is up`,
      )
    }
  }
}

async function codeAt(client: PublicClient, address: string): Promise<'there' | 'none' | 'unknown'> {
  try {
    const code = await client.getCode({ address: address as `0x${string}` })
    return code ? 'there' : 'none'
  } catch {
    return 'unknown'
  }
}
