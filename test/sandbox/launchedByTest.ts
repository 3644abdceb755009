/** Run by launchers.test.ts as a process of its own: starts Postgres and anvil, says so, and ends as it is told. */
import { startAnvil } from '../../src/sandbox/anvil'
import { startPostgres } from '../../src/sandbox/postgres'

async function main(dataDir: string, end: string): Promise<void> {
  const postgres = await startPostgres({ dataDir, durable: false })
  const anvil = await startAnvil({ chainId: 31_337, stateFile: `${dataDir}/chain.json` })
  console.log(JSON.stringify({ pids: [postgres.pid, anvil.pid] }))
  if (end === 'throw') {
    setTimeout(() => {
      throw new Error('as told')
    }, 10)
  }
}

void main(process.argv[2]!, process.argv[3]!)
