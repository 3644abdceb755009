import { createHash } from 'node:crypto'
import type { Logger } from '@subsquid/logger'
import type { Pool } from 'pg'
import type { ChainConfig } from '../../config/config'
import type { Answer } from '../../protocols/protocol'
import { firstLine } from '../../rpc/rpcFault'
import { keyOf, type Question } from './answers'

interface Options {
  pool: Pool
  log: Pick<Logger, 'warn'>
  /** CAIP-2 */
  chain: string
  /** size of what is kept for the chain */
  mostBytes: number
}

/** Of a row besides its data: key, chain, block, their index. */
const ROW_BYTES = 150

/**
 * Answers to reads, kept in the database (schema `rpc_cache`) by the block's hash, so that logs that are read again ask
 * the endpoints for none of them: which may have given the state up meanwhile. That is why, unlike the kept ranges of
 * logs, they outlive a crash of Postgres. At the limit what comes later is left out. Never the reason for a failure.
 */
export class KeptAnswers {
  private bytes = 0
  private ready: Promise<unknown> | undefined

  constructor(private readonly options: Options) {}

  /** The answers that are kept; undefined: none is. */
  async find(questions: Question[]): Promise<(Answer | undefined)[]> {
    const { pool, chain } = this.options
    const digests = questions.map(digestOf)
    const rows = await this.guarded('read', async () => {
      const { rows } = await pool.query<{ digest: Buffer; data: Buffer | null }>({
        name: 'call-answers-read',
        text: `SELECT digest, data FROM rpc_cache.call_answer WHERE chain = $1 AND digest = ANY ($2::bytea[])`,
        values: [chain, digests],
      })
      return rows
    })
    const byDigest = new Map(rows?.map(({ digest, data }) => [digest.toString('hex'), data]))
    return digests.map(digest => {
      const data = byDigest.get(digest.toString('hex'))
      if (data === undefined) return undefined
      return data === null ? { kind: 'reverted' } : { kind: 'returned', data: `0x${data.toString('hex')}` }
    })
  }

  /** Keeps what is final: an answer, or a revert. */
  async keep(answered: [Question, Answer][]): Promise<void> {
    const { pool, chain, mostBytes } = this.options
    const rows = answered.filter(([, { kind }]) => kind !== 'unanswered')
    if (rows.length === 0 || this.bytes >= mostBytes) return
    const data = rows.map(([, answer]) =>
      answer.kind === 'returned' ? Buffer.from(answer.data.slice(2), 'hex') : null,
    )
    await this.guarded('keep', async () => {
      await pool.query({
        name: 'call-answers-keep',
        text: `INSERT INTO rpc_cache.call_answer (chain, digest, block, data)
               SELECT $1, * FROM unnest($2::bytea[], $3::int8[], $4::bytea[]) ON CONFLICT DO NOTHING`,
        values: [chain, rows.map(([question]) => digestOf(question)), rows.map(([{ block }]) => block), data],
      })
      for (const one of data) this.bytes += ROW_BYTES + (one?.length ?? 0)
    })
  }

  private async open(): Promise<void> {
    const { pool, chain } = this.options
    await pool.query(SCHEMA)
    const { rows } = await pool.query<{ bytes: string }>(
      `SELECT coalesce(sum(${ROW_BYTES} + coalesce(length(data), 0)), 0) AS bytes FROM rpc_cache.call_answer WHERE chain = $1`,
      [chain],
    )
    this.bytes = Number(rows[0]!.bytes)
  }

  private async guarded<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      this.ready ??= this.open()
      await this.ready
      return await work()
    } catch (error) {
      this.ready = undefined
      this.options.log.warn(`answers of contracts are not kept: ${what}: ${firstLine(error)}`)
      return undefined
    }
  }
}

/** As the chain's configuration asks for; undefined: none are kept. */
export function keptAnswers(
  { caip2, rpcCacheMegabytes }: Pick<ChainConfig, 'caip2' | 'rpcCacheMegabytes'>,
  pool: Pool,
  log: Pick<Logger, 'warn'>,
): KeptAnswers | undefined {
  const mostBytes = rpcCacheMegabytes * 1_000_000
  return mostBytes > 0 ? new KeptAnswers({ pool, log, chain: caip2, mostBytes }) : undefined
}

/** Another process of the chain, or of another, may make it at the same time. */
const SCHEMA = `
  SELECT pg_advisory_xact_lock(hashtext('rpc_cache'));
  CREATE SCHEMA IF NOT EXISTS rpc_cache;
  CREATE TABLE IF NOT EXISTS rpc_cache.call_answer (
    chain text NOT NULL,
    digest bytea NOT NULL,
    block int8 NOT NULL,
    data bytea, -- null: the call reverts
    PRIMARY KEY (chain, digest)
  );
  CREATE INDEX IF NOT EXISTS call_answer_block ON rpc_cache.call_answer (chain, block)`

function digestOf(question: Question): Buffer {
  return createHash('sha256').update(keyOf(question)).digest().subarray(0, 20)
}
