import type { Command } from 'commander'
import { abortOnSignals, configOption, port, readConfig } from './options'

export function addServe(program: Command): void {
  program
    .command('serve')
    .description('answer in GraphQL, with statements, health and metrics beside it')
    .option('-p, --port <number>', "instead of the config file's, or GQL_PORT", port)
    .addOption(configOption())
    .action(async options => {
      const config = readConfig(options)
      const { startApi } = await import('../api/server.js')
      const signal = abortOnSignals()
      const api = await startApi({
        config,
        port: options.port ?? (process.env.GQL_PORT ? port(process.env.GQL_PORT) : undefined),
      })
      console.log(`GraphQL ${api.url}/graphql`)
      if (!signal.aborted)
        await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }))
      await api.close()
      process.exit(0)
    })
}
