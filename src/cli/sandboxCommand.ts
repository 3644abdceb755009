import { type Command, Option } from 'commander'
import { abortOnSignals, port } from './options'

export function addSandbox(program: Command): void {
  program
    .command('sandbox')
    .description(
      'everything on this machine: Postgres, Neo4j, local chains with activity, indexers, API (npm start)',
    )
    .option('-p, --port <number>', 'of the GraphQL API', port, 4350)
    .option('--fresh', 'forget the data of earlier runs')
    .option('--data <folder>', 'where its data is kept', '.data')
    .option('--seed <text>', 'of the simulated activity', 'provenance')
    .option('--no-live', "stand still after the scenario, so that the README's answers stay true")
    .option('--open', 'show the dashboard in your browser once it is ready')
    .addOption(new Option('--protocols <all>', 'replays of EigenLayer and Virtuals too').choices(['all']))
    .option('--no-neo4j', 'do without Neo4j')
    .action(async options => {
      const { startSandbox } = await import('../sandbox/start.js')
      await startSandbox({ ...options, signal: abortOnSignals() })
      process.exit(0)
    })
}
