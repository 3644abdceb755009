/** `npm run bench -- [names…]`: what it costs, measured on this machine. Options and names: `--help`. */
import { Command, InvalidArgumentError } from 'commander'
import { adapters } from './adapters'
import { api } from './api'
import { busy } from './busy/busy'
import { ingest } from './ingest/ingest'
import { latency } from './latency'
import { lineage } from './lineage'
import { live } from './live'
import { rebuild } from './rebuild'
import { statement } from './statement'

export interface BenchOptions {
  runs: number
  logs: number
  rpcDelay: number
  /** true: the default sizes */
  long?: true | number[]
  models: number
  events: number
  subscribers: number
  samples: number
  blocks: number
  poll: number
  lines: number
  neo4j: boolean
}

const benchmarks: Record<string, (options: BenchOptions) => Promise<void>> = {
  ingest,
  adapters,
  lineage,
  rebuild,
  latency,
  api,
  live,
  statement,
  busy,
}

const program = new Command('bench')
  .description(
    `Measures on this machine. Each result is one line of JSON on standard output
{name, value, unit, comparedWith, ratio}, ratio = value / the value compared with;
what goes on is told on standard error.

  ingest   logs a second from a local chain into Postgres, beside bare eth_getLogs + COPY and the stock Squid SDK
  adapters microseconds until an event is rows, by protocol beside Story's, and the contracts' answers it takes
  lineage  milliseconds of an ancestors query at depth 3, 5 and 10, from Postgres and from Neo4j, and over HTTP beside
           the bare recursive SQL
  rebuild  seconds to make Neo4j's graph from the tables, beside bare UNWIND … MERGE of the same rows
  latency  milliseconds from a mined block to its answer in GraphQL and to its node in Neo4j
  api      requests a second by id, by time and by link, beside Squid's own server and the bare SQL; milliseconds of pages
  live     milliseconds from a commit to the last of many subscribers, and the server's memory
  statement  seconds and memory of a royalty statement in each format, and milliseconds of a page of it in GraphQL
  busy     requests and megabytes an hour that vaults cost on a chain full of other contracts' logs`,
  )
  .argument('[names...]', 'which; default: all')
  .option('--runs <n>', 'ingest, adapters, rebuild: the median of so many', count, 3)
  .option('--logs <n>', 'ingest: logs, in blocks of 200 and again in blocks of 10', count, 100_000)
  .option('--rpc-delay <ms>', 'ingest: as from an endpoint so far away', count, 0)
  .option('--long [rows]', 'ingest: into tables that hold so many facts already (1000000,10000000)', value =>
    value.split(',').map(count),
  )
  .option('--models <n>', 'lineage, rebuild, api: models, with three parents each', count, 1_000_000)
  .option('--events <n>', 'api: events of a big pool', count, 5_000_000)
  .option('--subscribers <n>', 'live: how many', count, 5000)
  .option('--samples <n>', 'lineage: queries at each depth; api: seconds × 60, and pages', count, 300)
  .option('--blocks <n>', 'latency, busy: blocks', count, 100)
  .option('--poll <ms>', 'latency: how often the indexer asks for the head', count, 300)
  .option('--lines <n>', 'statement: lines, over a year', count, 1_000_000)
  .option('--no-neo4j', 'lineage, latency: without Neo4j')
  .option('--no-build', 'measure lib/ as it is')

function count(value: string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new InvalidArgumentError('expected a whole number')
  return number
}

async function main(): Promise<void> {
  program.parse()
  const names = program.args.length > 0 ? program.args : Object.keys(benchmarks)
  for (const name of names) {
    const run = benchmarks[name]
    if (run === undefined) {
      return program.error(
        `there is no benchmark ${name}\n  fix: name one of ${Object.keys(benchmarks).join(', ')}`,
      )
    }
    await run(program.opts<BenchOptions>())
  }
}

main().then(
  () => process.exit(0),
  error => {
    console.error(error)
    process.exit(1)
  },
)
