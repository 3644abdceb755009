/** Logs a second from a local chain into Postgres. */
import type { BenchOptions } from '../main'
import { median, type Result, report, say } from '../report'
import { Workshop } from '../workshop'
import { serveLogChain } from './cachedChain'
import { fingerprint } from './fingerprint'
import { measureGrowth } from './growth'
import type { Job } from './job'
import { type ChainShape, FINALITY } from './logChain'
import { type Measured, measure } from './measure'
import { slowProxy } from './slowProxy'

/** In the order measured, and of what each is compared with. */
const VARIANTS = ['floor', 'stock', 'ours'] as const
type Variant = (typeof VARIANTS)[number]
const COMPARED: Record<Variant, Variant | undefined> = { floor: undefined, stock: 'floor', ours: 'stock' }

export async function ingest(options: BenchOptions): Promise<void> {
  await Workshop.during(async workshop => {
    const shapes: Record<string, ChainShape> = {
      dense: { blocks: Math.max(1, Math.round(options.logs / 200)), logsPerBlock: 200 },
      sparse: { blocks: Math.max(1, Math.round(options.logs / 10)), logsPerBlock: 10 },
    }
    for (const [name, shape] of Object.entries(shapes)) {
      const chain = await serveLogChain(shape)
      workshop.keep(chain.anvil)
      let rpc = chain.anvil.url
      if (options.rpcDelay > 0) rpc = workshop.keep(await slowProxy(rpc, options.rpcDelay)).url
      const job = { ...chain, anvil: undefined, rpc, finality: FINALITY }
      if (options.long && name === 'dense') await measureGrowth(workshop, job, chain.logs, options)
      else if (!options.long) await compare(workshop, `ingest.${name}`, job, chain.logs, options)
      await chain.anvil.stop()
    }
  })
}

async function compare(
  workshop: Workshop,
  name: string,
  job: Omit<Job, 'postgresUrl'>,
  logs: number,
  { runs, rpcDelay }: BenchOptions,
): Promise<void> {
  const delay = rpcDelay > 0 ? `, ${rpcDelay} ms away` : ''
  say(`${name}: ${logs} logs in blocks ${job.firstBlock} to ${job.lastBlock}${delay}; median of ${runs}`)
  const measured: Record<Variant, Measured[]> = { floor: [], stock: [], ours: [] }
  const rows: Partial<Record<Variant, string>> = {}
  for (let run = 0; run < runs; run++) {
    for (const variant of VARIANTS) {
      const postgresUrl = await workshop.database()
      await workshop.checkpoint()
      const result = await measure(variant, { ...job, postgresUrl }, workshop.postgres.pid)
      measured[variant].push(result)
      if (run === 0 && variant !== 'floor')
        rows[variant] = JSON.stringify(await fingerprint(postgresUrl), null, 1)
      await workshop.drop(postgresUrl)
    }
  }
  if (rows.stock !== rows.ours) throw new Error(`the rows differ\nstock: ${rows.stock}\nours: ${rows.ours}`)

  const print = (measure: string, unit: string, figure: (one: Measured) => number | undefined) => {
    const printed: Partial<Record<Variant, Result>> = {}
    for (const variant of VARIANTS) {
      const values = measured[variant].map(figure).filter(value => value !== undefined)
      if (values.length === 0) continue
      const against = COMPARED[variant] && printed[COMPARED[variant]]
      printed[variant] = report(`${name}.${variant}.${measure}`, median(values), unit, against)
    }
  }
  print('rate', 'logs/s', one => logs / one.seconds)
  print('nodeCpu', 's', one => one.cpuSeconds)
  print('postgresCpu', 's', one => one.postgresCpuSeconds)
  print('peakMemory', 'MB', one => one.peakBytes / 1e6)
}
