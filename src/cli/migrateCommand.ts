import type { Command } from 'commander'
import { configOption, readConfig } from './options'

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to the tables of db/migrations')
    .addOption(configOption())
    .action(async options => {
      const { migrate } = await import('../postgres/migrate.js')
      const applied = await migrate(readConfig(options).postgres.url)
      console.log(applied.length > 0 ? `applied: ${applied.join(', ')}` : 'the database is up to date')
    })
}
