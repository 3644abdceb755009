import { Counter, Gauge, type Registry } from 'prom-client'

/** What the projector tells Prometheus. */
export interface ProjectorMetrics {
  batchProjected(keys: number, seconds: number): void
  /** seconds since Postgres and Neo4j were last seen equal */
  upToDate(): void
  failed(): void
  rebuilt(): void
  /** whether it is kept from projecting */
  stopped(isStopped: boolean): void
  /** rows that Neo4j refuses at present */
  refused(count: number): void
  /** nodes and relationships that somebody else had changed */
  mended(count: number): void
}

export function createProjectorMetrics(registry: Registry): ProjectorMetrics {
  const registers = [registry]
  const keys = new Counter({
    name: 'provenance_graph_keys_total',
    help: 'Dirty keys projected into Neo4j',
    registers,
  })
  const seconds = new Counter({
    name: 'provenance_graph_seconds_total',
    help: 'Seconds spent on projecting them',
    registers,
  })
  const failures = new Counter({
    name: 'provenance_graph_failures_total',
    help: 'Attempts to project that failed',
    registers,
  })
  const rebuilds = new Counter({
    name: 'provenance_graph_rebuilds_total',
    help: 'Times the graph was made anew',
    registers,
  })
  const stopped = new Gauge({
    name: 'provenance_graph_stopped',
    help: '1 while something keeps the projector from projecting, else 0',
    registers,
  })
  const refused = new Gauge({
    name: 'provenance_graph_refused_rows',
    help: 'Rows that Neo4j refuses, and the graph is without',
    registers,
  })
  const mended = new Counter({
    name: 'provenance_graph_mended_total',
    help: 'Nodes and relationships that somebody else had changed, and were put right',
    registers,
  })
  let equalAt: number | undefined
  new Gauge({
    name: 'provenance_graph_behind_seconds',
    help: 'Seconds since Neo4j was last seen equal to Postgres',
    registers,
    collect() {
      if (equalAt !== undefined) this.set((Date.now() - equalAt) / 1000)
    },
  })
  return {
    batchProjected(count, spent) {
      keys.inc(count)
      seconds.inc(spent)
    },
    upToDate() {
      equalAt = Date.now()
    },
    failed: () => failures.inc(),
    rebuilt: () => rebuilds.inc(),
    stopped: isStopped => stopped.set(isStopped ? 1 : 0),
    refused: count => refused.set(count),
    mended: count => mended.inc(count),
  }
}
