import { createPublicClient, http, type PublicClient, webSocket } from 'viem'
import type { ChainConfig } from '../config/config'
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
 * @returns contracts whose code could not be asked for (a recording has none), and endpoints that do not answer now
 * @throws ConfigError
 */
export async function preflight(
  chain: ChainConfig,
  sources: Source[],
  place: string,
): Promise<{ unchecked: string[]; silent: string[] }> {
  const variable = `RPC_${chain.name.toUpperCase().replace(/-/g, '_')}`
  const silent: ConfigError[] = []
  let client: PublicClient | undefined
  for (const [i, { url }] of chain.endpoints.entries()) {
    const at = chain.endpoints.length > 1 ? `${place}.rpc[${i}]` : `${place}.rpc`
    const candidate = createPublicClient({
      transport: url.startsWith('ws') ? webSocket(url, { retryCount: 0 }) : http(url, { retryCount: 0 }),
    })
    let id: number
    try {
      id = await answered(() => candidate.getChainId(), at, hostOf(url), variable)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      silent.push(error)
      continue
    }
    if (id !== chain.id) {
      throw new ConfigError(
        at,
        `${hostOf(url)} answers for chain ${id}, expected ${chain.id}`,
        `correct \`id\`, or set \`rpc\` to an endpoint of chain ${chain.id}`,
      )
    }
    client ??= candidate
  }
  if (!client) throw silent[0]!
  const first = client
  const host = hostOf(first.transport.url ?? chain.endpoints[0]!.url)
  const head = Number(
    await answered(() => first.getBlockNumber({ cacheTime: 0 }), `${place}.rpc`, host, variable),
  )
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
    const contracts = Object.entries(deployment.contracts)
    const codes = await Promise.all(contracts.map(([, address]) => codeAt(first, address)))
    for (const [i, [role, address]] of contracts.entries()) {
      const code = codes[i]
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
  return { unchecked, silent: silent.map(({ problem }) => problem) }
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
