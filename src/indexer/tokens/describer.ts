import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import { readHeights } from '../../postgres/heights'
import { withSnapshot } from '../../postgres/snapshot'
import { quantity } from '../../rpc/chainLogs'
import type { Endpoint } from '../../rpc/endpoint'
import { BadAnswer, firstLine, isRevert } from '../../rpc/rpcFault'
import type { RpcPool } from '../../rpc/rpcPool'
import { describeAnew, type KnownTokens } from './configured'
import { type Metadata, readMetadata, SELECTORS } from './metadata'

interface Options {
  pool: Pool
  rpc: Pick<RpcPool, 'spare'>
  log: Logger
  /** CAIP-2 */
  chain: string
  /** from config */
  known: KnownTokens
  /** newest block that this process knows of the chain, or of its rows */
  height(): number
  /** between looks for tokens that nobody described yet */
  intervalMs: number
}

/** A token that was asked and did not answer. */
interface Silent {
  address: string
  attempts: number
  /** ms since 1970, before which it is not asked again */
  due: number
}

/** Tokens asked in one look, one after another. */
const AT_ONCE = 20
/** A contract may loop as long as the endpoint lets it. */
const TIMEOUT_MS = 5000
const SNAPSHOT_TIMEOUT_MS = 10_000
/** Rest after the first failure, four times as long after each further one. */
const FIRST_REST_MS = 1000
const LONGEST_REST_MS = 600_000
/** Silent tokens that are remembered: with one more, the oldest is forgotten, and then asked as if it were new. */
const MOST_SILENT = 10_000

/**
 * Asks the chain's tokens for symbol, name and decimals, beside the batches: no batch waits for a contract that anyone
 * may have deployed. A token is asked until it answers or reverts, the new ones before those that were silent.
 *
 * The one writer of these columns once a row is there, by single statements: a batch writes a token when it first sees
 * it, and a rollback deletes the row, so neither can undo or be undone.
 */
export class TokenDescriber {
  private readonly silent = new Map<string, Silent>()
  private turn = 0
  /** of what a former process indexed */
  private floor: number | undefined

  constructor(private readonly options: Options) {}

  start(): void {
    let said = ''
    const tick = async () => {
      try {
        await this.look()
        said = ''
      } catch (error) {
        const problem = `tokens are not described: ${firstLine(error)}`
        if (problem !== said) this.options.log.warn(problem)
        said = problem
      }
      setTimeout(tick, this.options.intervalMs).unref()
    }
    void tick()
  }

  /** Describes what can be described now. One that is silent ends it: the next look begins with those that are new. */
  async look(): Promise<void> {
    this.floor ??= await this.begin()
    const tokens = [...(await this.unasked()), ...(await this.dueAgain())]
    // By number: an endpoint that is behind, and does not have a contract yet, must not answer that there is none.
    const block = quantity(Math.max(this.floor, this.options.height()))
    for (const { id, address } of tokens) {
      const endpoint = this.options.rpc.spare(this.turn++)
      if (!endpoint) return
      let metadata: Metadata
      try {
        metadata = await this.ask(endpoint, address, block)
      } catch (error) {
        this.noteSilent(id, address)
        this.options.log.debug(`${endpoint.name} tells nothing of token ${address}: ${firstLine(error)}`)
        return
      }
      // Where Postgres is away the token is not to blame: it is asked again at the next look.
      await this.write(id, metadata)
      this.silent.delete(id)
    }
  }

  /** @returns height up to which a former process has indexed */
  private async begin(): Promise<number> {
    await describeAnew(this.options.pool, this.options.chain, this.options.known)
    const heights = await withSnapshot(this.options.pool, { timeoutMs: SNAPSHOT_TIMEOUT_MS }, readHeights)
    return heights.find(({ chain }) => chain === this.options.chain)?.height ?? 0
  }

  /** Index: token_undescribed. */
  private async unasked(): Promise<{ id: string; address: string }[]> {
    const { rows } = await this.options.pool.query<{ id: string; address: string }>({
      name: 'tokens-unasked',
      text: `SELECT id, address FROM token
              WHERE chain = $1 AND NOT described AND id <> ALL ($2::text[]) ORDER BY id LIMIT $3`,
      values: [this.options.chain, [...this.silent.keys()], AT_ONCE],
    })
    return rows
  }

  /** The longest due first, without those that a rollback removed. */
  private async dueAgain(): Promise<{ id: string; address: string }[]> {
    const now = Date.now()
    const due = [...this.silent].filter(([, token]) => token.due <= now)
    if (due.length === 0) return []
    due.sort(([, a], [, b]) => a.due - b.due)
    const ids = due.slice(0, AT_ONCE).map(([id]) => id)
    const { rows } = await this.options.pool.query<{ id: string }>({
      name: 'tokens-there',
      text: `SELECT id FROM token WHERE id = ANY ($1::text[]) AND NOT described`,
      values: [ids],
    })
    const there = new Set(rows.map(({ id }) => id))
    for (const id of ids) if (!there.has(id)) this.silent.delete(id)
    return ids.filter(id => there.has(id)).map(id => ({ id, address: this.silent.get(id)!.address }))
  }

  /** @throws unless each call returns or reverts, which is final */
  private async ask(endpoint: Endpoint, address: string, block: string): Promise<Metadata> {
    const ask = async (selector: string): Promise<string | null> => {
      try {
        const call = [{ to: address, data: selector }, block]
        const data = await endpoint.call<unknown>('eth_call', call, AbortSignal.timeout(TIMEOUT_MS))
        if (typeof data === 'string' && /^0x([0-9a-f]{2})*$/i.test(data)) return data
      } catch (error) {
        if (isRevert(error)) return null
        throw error
      }
      throw new BadAnswer('eth_call returned no bytes')
    }
    endpoint.inFlight++
    try {
      const asked = [ask(SELECTORS.symbol), ask(SELECTORS.name), ask(SELECTORS.decimals)] as const
      await Promise.allSettled(asked) // none is on its way when the next token is asked
      const [symbol, name, decimals] = await Promise.all(asked)
      return readMetadata({ symbol, name, decimals })
    } finally {
      endpoint.inFlight--
    }
  }

  private async write(id: string, { symbol, name, decimals }: Metadata): Promise<void> {
    await this.options.pool.query({
      name: 'token-described',
      text: `UPDATE token SET symbol = $2, name = $3, decimals = $4, described = true WHERE id = $1 AND NOT described`,
      values: [id, symbol, name, decimals],
    })
  }

  private noteSilent(id: string, address: string): void {
    const attempts = (this.silent.get(id)?.attempts ?? 0) + 1
    const rest = Math.min(LONGEST_REST_MS, FIRST_REST_MS * 4 ** (attempts - 1))
    this.silent.delete(id)
    this.silent.set(id, { address, attempts, due: Date.now() + rest })
    if (this.silent.size > MOST_SILENT) this.silent.delete(this.silent.keys().next().value!)
  }
}
