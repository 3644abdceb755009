import type { HashAndHeight, HotDatabaseState } from '@subsquid/util-internal-processor-tools'
import type { Client, ClientBase } from 'pg'
import type { DataSource } from 'typeorm'
import { createClient } from '../../postgres/client'
import { type BackendId, backendOf, endLostBackend, lockChain } from './chainLock'
import { FinalMarks, type SeenBlock } from './finalMarks'
import { makeTables, NOTHING, readState, stateSchemaOf } from './stateTables'
import { type UndoTarget, undoAbove } from './undoLog'

/** Blocks that follow what is written, the last of which holds all the logs. */
export interface Advance {
  blocks: SeenBlock[]
  /** height up to which the chain is final */
  finalized: number
  /** former images of the rows are kept, so that the blocks can be undone; blocks that are not final must be */
  undoable: boolean
}

interface Options {
  url: string
  chain: { id: number; caip2: string; name: string }
  /** blocks below the final one for which the undo log reaches back */
  maxRewind: number
  entities: DataSource
}

/** How often what is older than `maxRewind` is removed, in parts of it. */
const PRUNINGS = 50

/**
 * One chain's rows, written by this process alone, and where in the chain they stand. Rows and heights are committed
 * together, and every block within `maxRewind` can be undone: hot ones, and final ones where a chain breaks its word.
 *
 * READ COMMITTED: processors write disjoint rows (ids begin with the chain), so SERIALIZABLE's checks would find only
 * false conflicts (measured: 11 in 61 batches).
 */
export class ChainStore {
  readonly schema: string
  private opening: Promise<HotDatabaseState> | undefined
  private client: Client | undefined
  private state: HotDatabaseState = { ...NOTHING, top: [] }
  private prunedAt = Number.NEGATIVE_INFINITY
  /** known to be so */
  private undoIsEmpty = false
  private broken = false
  /** the latest connection */
  private backend: BackendId | undefined
  private readonly marks: FinalMarks

  constructor(private readonly options: Options) {
    this.schema = stateSchemaOf(options.chain.id)
    this.marks = new FinalMarks(options.chain.caip2)
  }

  /** Connects and takes the chain's lock, unless that is done. @throws ChainInUse */
  open(): Promise<HotDatabaseState> {
    this.opening ??= this.connect()
    return this.opening
  }

  /** The final block, and those on top that are not. */
  get position(): HotDatabaseState {
    return this.state
  }

  /** The last block. */
  get last(): HashAndHeight {
    return this.state.top.at(-1) ?? plain(this.state)
  }

  /** The connection was lost: `close`, then `open` makes another. */
  get isBroken(): boolean {
    return this.broken
  }

  /** Throws where the connection was lost, and with it the lock, so that somebody else may be writing. */
  requireConnection(): void {
    if (this.broken) throw new Error('the connection to Postgres was lost')
  }

  /** Ends the connection, if there is one, and with it the lock; `open` makes another. */
  async close(): Promise<void> {
    const { client } = this
    this.client = undefined
    this.opening = undefined
    await client?.end().catch(() => {}) // it may be broken
  }

  /** Where the rows of blocks that are not written yet note what they replace. */
  undoTarget({ blocks }: Advance): UndoTarget {
    return { schema: this.schema, height: (blocks.at(-1) ?? this.last).height }
  }

  /** Writes blocks: their rows by `write`, on the connection of the transaction. */
  async advance(
    { blocks, finalized, undoable }: Advance,
    write: (client: ClientBase) => Promise<void> = async () => {},
  ): Promise<void> {
    const chain = [plain(this.state), ...this.state.top, ...blocks.map(plain)]
    const final = Math.max(
      0,
      chain.findLastIndex(({ height }) => height <= finalized),
    )
    const becameFinal = chain.slice(1, final + 1)
    await this.transact(async client => {
      await write(client)
      await this.marks.advance(client, blocks, becameFinal)
      const added = chain.slice(Math.max(final + 1, chain.length - blocks.length))
      if (added.length > 0) await this.insert(client, 'hot_block', added)
      if (undoable) {
        if (final > 0) {
          await client.query(`DELETE FROM ${this.schema}.hot_block WHERE height <= $1`, [
            chain[final]!.height,
          ])
          await this.insert(client, 'boundary', chain.slice(0, final))
        }
        await this.prune(client, chain[final]!.height)
      } else await this.forgetUndo(client)
      await this.writeStatus(client, chain[final]!)
    })
    this.marks.committed(becameFinal)
    this.state = { ...chain[final]!, top: chain.slice(final + 1) }
    this.undoIsEmpty = !undoable
  }

  /** What a write would come to, of which nothing stays. @throws what it throws */
  async rehearse(write: (client: ClientBase) => Promise<void>): Promise<void> {
    const client = this.connection
    await client.query('BEGIN')
    try {
      await write(client)
    } finally {
      await client.query('ROLLBACK').catch(() => {}) // the connection is gone, and the transaction with it
    }
  }

  /** The last final block; undefined: nothing is indexed. */
  get final(): HashAndHeight | undefined {
    return this.state.height < 0 ? undefined : plain(this.state)
  }

  /** Undoes the blocks that are not final. */
  async undoHot(): Promise<void> {
    if (this.state.top.length > 0) await this.undo(plain(this.state))
  }

  /** Changes rows past the batches, in a transaction, where no block is hot. Blocks below cannot be undone after it. */
  async write(work: (client: ClientBase) => Promise<void>): Promise<void> {
    if (this.state.top.length > 0) throw new Error('hot blocks must be undone first')
    await this.transact(async client => {
      await work(client)
      await this.forgetUndo(client)
    })
    this.undoIsEmpty = true
  }

  /** Undoes what is above a block that `undoable` names. Answers kept of an endpoint go too where final blocks do. */
  async undo(to: HashAndHeight): Promise<void> {
    const hot = this.state.top.findIndex(({ hash }) => hash === to.hash)
    const isFinal = hot < 0
    const final = isFinal ? plain(to) : plain(this.state)
    await this.transact(async client => {
      await undoAbove(client, this.options.entities, this.schema, to.height)
      await client.query(`DELETE FROM ${this.schema}.hot_block WHERE height > $1`, [to.height])
      if (isFinal) await client.query(`DELETE FROM ${this.schema}.boundary WHERE height >= $1`, [to.height])
      await this.marks.undo(client, to.height)
      await this.writeStatus(client, final)
    })
    this.marks.undone(to.height)
    this.state = { ...final, top: this.state.top.slice(0, hot + 1) }
  }

  /** Blocks to which `undo` can go back, ascending; the last is where the rows stand. */
  async undoable(): Promise<HashAndHeight[]> {
    const { rows } = await this.connection.query<HashAndHeight>(
      `SELECT height, hash FROM ${this.schema}.boundary ORDER BY height`,
    )
    return [...rows, plain(this.state), ...this.state.top]
  }

  private get connection(): Client {
    if (!this.client) throw new Error('the store is not open')
    return this.client
  }

  private async connect(): Promise<HotDatabaseState> {
    const { url, chain } = this.options
    const client = createClient({
      connectionString: url,
      application_name: `provenance-index-${chain.name}`,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
    })
    for (const event of ['error', 'end'] as const) {
      client.on(event, () => {
        if (client === this.client) this.broken = true
      })
    }
    try {
      await client.connect()
      if (this.backend) await endLostBackend(client, this.backend)
      await lockChain(client, chain.caip2)
      this.backend = await backendOf(client)
      await makeTables(client, this.schema, chain)
      this.state = await readState(client, this.schema)
      this.client = client
      this.broken = false
      return this.state
    } catch (error) {
      this.opening = undefined
      await client.end().catch(() => {})
      throw error
    }
  }

  private async transact(work: (client: ClientBase) => Promise<void>): Promise<void> {
    const client = this.connection
    await client.query('BEGIN')
    try {
      await work(client)
      await client.query('COMMIT')
    } catch (error) {
      await client.query('ROLLBACK').catch(() => {}) // the connection is gone, and the transaction with it
      throw error
    }
  }

  private async insert(client: ClientBase, table: 'hot_block' | 'boundary', blocks: HashAndHeight[]) {
    await client.query({
      name: `insert-${table}`,
      text: `INSERT INTO ${this.schema}.${table} (height, hash) SELECT * FROM unnest($1::int4[], $2::text[])`,
      values: [blocks.map(({ height }) => height), blocks.map(({ hash }) => hash)],
    })
  }

  /** The lock keeps others away; that the row is as we left it is checked all the same. */
  private async writeStatus(client: ClientBase, final: HashAndHeight): Promise<void> {
    const { rowCount } = await client.query({
      name: 'write-status',
      text: `UPDATE ${this.schema}.status SET height = $1, hash = $2, nonce = nonce + 1
              WHERE id = 0 AND height = $3 AND hash = $4`,
      values: [final.height, final.hash, this.state.height, this.state.hash],
    })
    if (rowCount !== 1) throw new Error(`${this.schema}.status was changed by somebody else`)
  }

  /** Keeps the newest boundary that is `maxRewind` deep, and what leads back to it. */
  private async prune(client: ClientBase, final: number): Promise<void> {
    const { maxRewind } = this.options
    if (final < this.prunedAt + maxRewind / PRUNINGS) return
    await client.query({
      name: 'prune-undo',
      text: `WITH deepest AS (SELECT max(height) AS height FROM ${this.schema}.boundary WHERE height <= $1),
                  gone AS (DELETE FROM ${this.schema}.boundary b USING deepest d WHERE b.height < d.height)
             DELETE FROM ${this.schema}.undo u USING deepest d WHERE u.height <= d.height`,
      values: [final - maxRewind],
    })
    this.prunedAt = final
  }

  /** Blocks that cannot be undone follow: what is below them cannot be reached any more. */
  private async forgetUndo(client: ClientBase): Promise<void> {
    if (this.undoIsEmpty) return
    await client.query(`DELETE FROM ${this.schema}.boundary; DELETE FROM ${this.schema}.undo`)
  }
}

function plain({ height, hash }: HashAndHeight): HashAndHeight {
  return { height, hash }
}
