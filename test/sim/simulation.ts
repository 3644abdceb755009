import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../src/config/load'
import { verifyChain } from '../../src/indexer/refold/verify'
import { readHeights } from '../../src/postgres/heights'
import { withSnapshot } from '../../src/postgres/snapshot'
import { protocols } from '../../src/protocols/registry'
import type { TestDatabase } from '../fixtures/database'
import type { TestNeo4j } from '../fixtures/neo4j'
import { rowsOf } from '../system/pipeline'
import { GraphSide } from './graphSide'
import { Processor, startProvenance } from './processor'
import type { Material } from './transactions'
import { CHAIN, World } from './world'

/** What a simulation needs of the machine. */
export interface Workshop {
  material: Material
  freshDatabase(): Promise<TestDatabase>
  /** absent: without Neo4j */
  neo4j?: TestNeo4j
}

export interface Outcome {
  /** what must not be: each is a failure of the seed */
  problems: string[]
  /** what happened, by kind */
  counts: Record<string, number>
  /** rows that were compared */
  rows: number
}

/** Time, ms, in which all must be caught up once nothing goes wrong any more. */
const CALM_MS = 60_000
/** Time, ms, in which a second processor must have given up. */
const SECOND_MS = 20_000
const IN_USE = /another process writes this chain's rows/
/**
 * Time, ms, in which a problem that has passed must be said no more: what hung when the weather turned is given up, and
 * asked again, after 30 s.
 */
const PROBLEM_MS = 40_000

/** Lives through one seed, then holds the tables against those of a fresh index of the chain as it is then. */
export async function simulate(seed: string, workshop: Workshop): Promise<Outcome> {
  const world = await World.make(seed, workshop.material)
  const database = await workshop.freshDatabase()
  const graph = workshop.neo4j && (await GraphSide.prepare(workshop.neo4j))
  const simulation = new Simulation(world, database, workshop.freshDatabase, graph)
  try {
    return await simulation.run()
  } finally {
    await simulation.stop()
    await graph?.stop()
    await world.close()
    await database.drop()
  }
}

class Simulation {
  private readonly problems: string[] = []
  private readonly config: string
  private readonly processor: Processor

  constructor(
    private readonly world: World,
    private readonly database: TestDatabase,
    private readonly freshDatabase: Workshop['freshDatabase'],
    private readonly graph: GraphSide | undefined,
  ) {
    this.config = this.writeConfig()
    this.processor = new Processor(['index', '--chain', 'sim', '--config', this.config], this.note)
  }

  async run(): Promise<Outcome> {
    const { world, problems } = this
    world.mine(world.random.pick([1, 5, 40, 150, 400]))
    if (world.random.chance(50)) world.changeWeather()
    await this.processor.start()
    await this.graph?.start(this.config, this.note)
    if (world.random.chance(75)) await this.caughtUp(this.database, 3_000)
    for (let steps = world.random.int(10, 30); steps > 0; steps--) {
      await this.step()
      await sleep(world.random.pick([0, 20, 100, 400]))
    }
    if (!world.settings.isWhole) await this.takeTheRest()
    world.calm()
    world.mineSomething()
    const rows = await this.judge()
    return { problems, counts: world.counts, rows }
  }

  async stop(): Promise<void> {
    await this.processor.kill()
  }

  private writeConfig(): string {
    return this.world.config('config', this.database.url, { neo4jUrl: this.graph?.url })
  }

  /** As an operator might between two runs. */
  private changeConfig(): void {
    this.world.changeSettings()
    this.writeConfig()
  }

  /** Names the protocol that was left out so far: what is indexed already must be read for it. */
  private async takeTheRest(): Promise<void> {
    await this.processor.kill()
    this.world.settings.isWhole = true
    this.world.count('protocolAdded')
    this.writeConfig()
    await this.processor.start()
  }

  private readonly note = (problem: string) => {
    if (this.problems.length < 20) this.problems.push(problem)
  }

  private async step(): Promise<void> {
    const { world, database, processor, graph } = this
    const { random } = world
    const kind = random.int(0, graph ? 15 : 13)
    if (kind < 4) world.mine(random.int(1, 6))
    else if (kind < 8) world.reorganise()
    else if (kind < 10) world.changeWeather()
    else if (kind === 10) {
      await processor.kill()
      world.count('kill')
      if (random.chance(50)) world.reorganise()
      if (random.chance(30)) this.changeConfig()
      await processor.start()
    } else if (kind === 11) {
      await database.outage(random.chance(50) ? 0 : random.int(100, 1500))
      world.count('postgresCut')
    } else if (kind === 12) {
      if (random.chance(25)) await this.startSecond()
    } else if (kind === 13) {
      world.calm()
      await this.caughtUp(database, 10_000)
      world.count('calm')
    } else if (kind === 14) {
      await graph?.cut(random.int(0, 1000))
      world.count('neo4jCut')
    } else {
      await graph?.restart()
      world.count('projectorKill')
    }
  }

  /**
   * Of two processors of the chain one must end, and say why: the second, unless it came while the first had no
   * connection to Postgres.
   */
  private async startSecond(): Promise<void> {
    const { world, config, processor } = this
    world.count('secondProcessor')
    processor.mayEnd = IN_USE
    const second = await startProvenance(['index', '--chain', 'sim', '--config', config])
    const ended = await Promise.race([
      second.exited.then(() => second.tail()),
      processor.endedAsItMay,
      sleep(SECOND_MS),
    ])
    // One that lost its connection and waits for its endpoint writes nothing, and finds out when it looks again.
    if (!ended && world.counts.postgresCut) world.count('twoWaiting')
    else if (!ended)
      this.note(`two processors run beside each other:\n${second.tail()}\n---\n${processor.tail()}`)
    else if (!IN_USE.test(ended)) this.note(`it does not say that there is another:\n${ended}`)
    processor.mayEnd = undefined
    await second.stop()
  }

  private async judge(): Promise<number> {
    const followed = await this.caughtUp(this.database, CALM_MS)
    if (followed !== true) {
      this.note(`not caught up ${CALM_MS} ms after all was well: ${followed}\n${this.processor.tail()}`)
      return 0
    }
    const rows = await this.compareWithFresh()
    await this.requireNoProblem()
    await this.requireVerified()
    const difference = await this.graph?.difference(this.database.url)
    if (difference) this.note(`Neo4j is not the tables: ${difference}`)
    return rows
  }

  /** True once the database has the chain's head; else what it has. */
  private async caughtUp(database: TestDatabase, within: number): Promise<true | string> {
    const { chain } = this.world
    let state = ''
    for (const start = Date.now(); Date.now() - start < within; await sleep(50)) {
      const heights = await withSnapshot(database.pool, { timeoutMs: 10_000 }, readHeights).catch(() => [])
      const height = heights.find(one => one.chain === CHAIN)
      if (height?.hash === chain.head.hash) return true
      state = `at ${height?.height} (${height?.hash}), the chain at ${chain.head.number} (${chain.head.hash})`
    }
    return state
  }

  /** @returns the number of rows that were compared */
  private async compareWithFresh(): Promise<number> {
    const reference = await this.freshDatabase()
    const config = this.world.config('fresh', reference.url, { clean: true })
    const fresh = await startProvenance(['index', '--chain', 'sim', '--config', config])
    try {
      const followed = await this.caughtUp(reference, CALM_MS)
      if (followed !== true) {
        this.note(`a fresh index does not get there: ${followed}\n${fresh.tail()}`)
        return 0
      }
      return await this.compare(reference)
    } finally {
      await fresh.stop()
      await reference.drop()
    }
  }

  /** All is well: the processor must not say otherwise for longer than it takes to look again. */
  private async requireNoProblem(): Promise<void> {
    let problem: string | null = null
    for (const start = Date.now(); Date.now() - start < PROBLEM_MS; await sleep(100)) {
      const { rows } = await this.database.pool.query<{ problem: string | null }>(
        'SELECT problem FROM indexer_progress WHERE chain = $1',
        [CHAIN],
      )
      problem = rows[0]?.problem ?? null
      if (problem === null) return
    }
    this.note(`all is well, and the processor still says: ${problem}`)
  }

  /** `provenance verify` beside the running processor, on an endpoint without whims. */
  private async requireVerified(): Promise<void> {
    const config = loadConfig(this.world.config('verify', this.database.url, { clean: true }), protocols)
    await verifyChain(config, config.chains[0]!, new AbortController().signal, difference =>
      this.note(`provenance verify finds: ${JSON.stringify(difference)}`),
    )
  }

  private async compare(reference: TestDatabase): Promise<number> {
    // What is described beside the batches is asked for ever less often where a contract did not answer.
    for (const start = Date.now(); ; await sleep(250)) {
      const theirs = await rowsOf(reference.pool, CHAIN)
      const differences = differ(await rowsOf(this.database.pool, CHAIN), theirs)
      if (differences.length === 0) return Object.values(theirs).reduce((sum, { length }) => sum + length, 0)
      if (Date.now() - start < CALM_MS) continue
      this.note(`rows differ from a fresh index:\n${differences.slice(0, 20).join('\n')}`)
      return 0
    }
  }
}

function differ(followed: Record<string, string[]>, fresh: Record<string, string[]>): string[] {
  return Object.keys(fresh).flatMap(table => {
    const ours = new Set(followed[table])
    const theirs = new Set(fresh[table])
    return [
      ...[...ours].filter(row => !theirs.has(row)).map(row => `${table} has   ${row}`),
      ...[...theirs].filter(row => !ours.has(row)).map(row => `${table} lacks ${row}`),
    ]
  })
}
