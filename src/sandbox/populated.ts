import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { createClient } from '../postgres/client'
import { JsonRpc } from './jsonRpc'
import { RECORDED_CHAINS } from './replays'
import { SandboxError } from './sandboxError'
import type { Supervised } from './supervise'

/** A process that is started again this often will not come up by itself. */
const TOO_MANY_RESTARTS = 4

/**
 * Waits until the API is ready, and every chain is indexed up to the head that it has now, with its tokens' symbols.
 *
 * @throws SandboxError when a process does not come up, with its last lines
 */
export async function until(
  readyUrl: string,
  chains: string[],
  database: string,
  processes: Supervised[],
  signal: AbortSignal,
): Promise<void> {
  const heads = await Promise.all(chains.map(headOf))
  const client = createClient({ connectionString: database })
  await client.connect()
  try {
    while (!signal.aborted) {
      for (const process of processes) {
        const trouble = process.trouble()
        if (process.restarts() >= TOO_MANY_RESTARTS && trouble) {
          throw new SandboxError(
            trouble,
            'see the lines above; if the data of an earlier run is to blame: npm start -- --fresh',
          )
        }
      }
      const { rows } = await client.query<{ chain: string; indexed: number }>(
        'SELECT chain, indexed FROM indexer_progress',
      )
      const indexed = new Map(rows.map(row => [row.chain, row.indexed]))
      const caughtUp = heads.every(({ chain, head }) => (indexed.get(chain) ?? -1) >= head)
      if (caughtUp && (await areTokensDescribed(client)) && (await isReady(readyUrl))) return
      await sleep(200, undefined, { signal }).catch(() => {})
    }
  } finally {
    await client.end()
  }
}

async function headOf(url: string): Promise<{ chain: string; head: number }> {
  const rpc = new JsonRpc(url)
  const [id, head] = await Promise.all([rpc.call<string>('eth_chainId'), rpc.call<string>('eth_blockNumber')])
  return { chain: `eip155:${Number(id)}`, head: Number(head) }
}

async function areTokensDescribed(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ described: boolean }>(
    'SELECT NOT EXISTS (SELECT FROM token WHERE NOT described AND chain <> ALL ($1)) AS described',
    [RECORDED_CHAINS],
  )
  return rows[0]!.described
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined)
  return response?.ok === true
}
