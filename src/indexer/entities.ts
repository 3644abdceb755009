import { SnakeNamingStrategy } from '@subsquid/typeorm-config/lib/namingStrategy'
import { DataSource } from 'typeorm'
import type { Entity } from '../ledger/state'
import * as model from '../model'

/** Entity classes of schema.graphql; the generated module exports its enums too. */
export const entities = Object.values(model).filter(value => typeof value === 'function') as Entity[]

/** The entities' tables, connected; `schema`: of copies of them in another schema than the public one. */
export function openEntities(url: string, schema?: string): Promise<DataSource> {
  return new DataSource({
    type: 'postgres',
    url,
    schema,
    namingStrategy: new SnakeNamingStrategy(),
    entities,
    applicationName: 'provenance-indexer',
  }).initialize()
}

/** Reads the decorators, and connects to nothing. */
class EntityTables extends DataSource {
  async read(): Promise<this> {
    await this.buildMetadatas()
    return this
  }
}

/** The entities' tables and columns (see entityTable.ts). */
export function entityTables(): Promise<DataSource> {
  return new EntityTables({ type: 'postgres', namingStrategy: new SnakeNamingStrategy(), entities }).read()
}
