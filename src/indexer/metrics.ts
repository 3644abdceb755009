import { Counter, Gauge, Registry } from 'prom-client'
import type { Endpoint } from '../rpc/endpoint'
import type { RpcPool } from '../rpc/rpcPool'
import type { BatchOutcome } from './pipeline/pipeline'
import type { Progress } from './progress'
import type { ChainReader } from './reads/chainReader'

/** The figures of a chain's processor, for Prometheus. */
export class IndexerMetrics {
  readonly registry = new Registry()
  private readonly logs: Counter
  private readonly events: Counter
  private readonly rejected: Counter
  private readonly seconds: Counter<'stage'>

  constructor(chain: string, progress: Progress, rpc: RpcPool, reader: Pick<ChainReader, 'figures'>) {
    this.registry.setDefaultLabels({ chain })
    const registers = [this.registry]
    this.logs = new Counter({ name: 'provenance_logs_total', help: 'Logs handled', registers })
    this.events = new Counter({
      name: 'provenance_events_total',
      help: 'Domain events made of logs',
      registers,
    })
    this.rejected = new Counter({
      name: 'provenance_rejected_logs_total',
      help: 'Logs of our contracts that could not be read or did not fit; kept in rejected_log',
      registers,
    })
    this.seconds = new Counter({
      name: 'provenance_stage_seconds_total',
      help: 'Seconds in a stage of the pipeline, which overlap in the history; fetch: waiting for its blocks',
      labelNames: ['stage'],
      registers,
    })
    new Counter({
      name: 'provenance_reads_total',
      help: 'Reads of contracts that adapters asked for; kept: answered without an endpoint, unanswered: in pending_read',
      labelNames: ['answer'],
      registers,
      collect() {
        this.reset()
        for (const [answer, count] of Object.entries(reader.figures)) this.inc({ answer }, count)
      },
    })
    const ofEndpoints = (name: string, help: string, figure: (endpoint: Endpoint) => number) => {
      const Kind = name.endsWith('_total') ? Counter : Gauge
      new Kind({
        name,
        help,
        labelNames: ['endpoint'],
        registers,
        collect() {
          this.reset()
          for (const endpoint of rpc.endpoints) this.inc({ endpoint: endpoint.name }, figure(endpoint))
        },
      })
    }
    ofEndpoints('provenance_rpc_requests_total', 'Requests to an endpoint', ({ requests }) => requests)
    ofEndpoints('provenance_rpc_failures_total', 'Those that failed', ({ failures }) => failures)
    ofEndpoints(
      'provenance_rpc_answer_seconds_total',
      'Seconds that the answers took',
      ({ seconds }) => seconds,
    )
    ofEndpoints(
      'provenance_rpc_rest_seconds',
      'Seconds for which an endpoint that failed is not asked',
      endpoint => endpoint.restsFor() / 1000,
    )
    new Gauge({
      name: 'provenance_head_block',
      help: 'Head of the chain',
      registers,
      collect() {
        this.set(progress.head)
      },
    })
    new Gauge({
      name: 'provenance_indexed_block',
      help: 'Newest block handled since the start',
      registers,
      collect() {
        if (progress.indexed !== undefined) this.set(progress.indexed)
      },
    })
    new Gauge({
      name: 'provenance_blocks_per_second',
      help: 'Blocks handled a second, over the last 30 s',
      registers,
      collect() {
        this.set(progress.blocksPerSecond)
      },
    })
  }

  note(outcome: BatchOutcome): void {
    this.logs.inc(outcome.logs)
    this.events.inc(outcome.events)
    this.rejected.inc(outcome.rejected)
    this.seconds.inc({ stage: 'fetch' }, outcome.waitMs / 1000)
    this.seconds.inc({ stage: 'decode' }, outcome.decodeMs / 1000)
    this.seconds.inc({ stage: 'fold' }, outcome.foldMs / 1000)
    this.seconds.inc({ stage: 'write' }, outcome.writeMs / 1000)
  }
}
