import { join } from 'node:path'
import { DataSource } from 'typeorm'
import { packageRoot } from '../config/packageRoot'

/** Any number that nobody else of us locks: processes that start together migrate one after the other. */
const MIGRATION_LOCK = 7_305_771

/**
 * Brings the database to the tables of db/migrations; what is applied already is left alone, and the record of it is
 * the one that `squid-typeorm-migration apply` keeps too.
 *
 * @returns names of the migrations applied now
 */
export async function migrate(url: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: [join(packageRoot, 'db/migrations/*.js')],
    migrationsTransactionMode: 'all',
    applicationName: 'provenance-migrate',
  })
  await source.initialize()
  const lock = source.createQueryRunner()
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK])
    return (await source.runMigrations()).map(migration => migration.name)
  } finally {
    await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK])
    await lock.release()
    await source.destroy()
  }
}
