import { SnakeNamingStrategy } from '@subsquid/typeorm-config/lib/namingStrategy'
import { TypeormDatabase } from '@subsquid/typeorm-store'
import { DataSource } from 'typeorm'
import * as model from '../model'

/** Entity classes of schema.graphql; the generated module exports its enums too. */
const entities = Object.values(model).filter(value => typeof value === 'function')

/** Postgres schema in which the Squid store keeps one chain's heights and hot blocks. */
export function stateSchemaOf(chainId: number): string {
  return `squid_${chainId}`
}

/**
 * The Squid store of one chain.
 *
 * READ COMMITTED: processors write disjoint rows (ids begin with the chain), so SERIALIZABLE's checks find only
 * false conflicts (measured: 11 in 61 batches). A second processor of the same chain is caught by the status row.
 */
export class ChainDatabase extends TypeormDatabase {
  private opened: DataSource | undefined

  constructor(
    private readonly url: string,
    chainId: number,
  ) {
    super({ supportHotBlocks: true, isolationLevel: 'READ COMMITTED', stateSchema: stateSchemaOf(chainId) })
  }

  /** Entities, tables and columns; known once connected. */
  get source(): DataSource {
    if (!this.opened) throw new Error('the database is not connected yet')
    return this.opened
  }

  protected override async initializeDataSource(): Promise<DataSource> {
    this.opened = await new DataSource({
      type: 'postgres',
      url: this.url,
      namingStrategy: new SnakeNamingStrategy(),
      entities,
      applicationName: 'provenance-indexer',
    }).initialize()
    return this.opened
  }
}
