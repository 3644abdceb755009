import { verifyGraph } from '../../src/graph/verify'
import { cuttableProxy } from '../fixtures/cuttableProxy'
import type { TestNeo4j } from '../fixtures/neo4j'
import { Processor } from './processor'

type Proxy = Awaited<ReturnType<typeof cuttableProxy>>

/** Neo4j behind a connection that can be cut, and the projector that follows the tables there. */
export class GraphSide {
  private constructor(
    private readonly neo4j: TestNeo4j,
    private readonly proxy: Proxy,
  ) {}

  private projector!: Processor

  static async prepare(neo4j: TestNeo4j): Promise<GraphSide> {
    await neo4j.clear()
    return new GraphSide(neo4j, await cuttableProxy(neo4j.url))
  }

  /** What the config file names. */
  get url(): string {
    return this.proxy.url
  }

  async start(config: string, ended: (how: string) => void): Promise<void> {
    this.projector = new Processor(['graph', 'project', '--config', config], ended)
    await this.projector.start()
  }

  async cut(ms: number): Promise<void> {
    this.proxy.cut()
    await new Promise(resolve => setTimeout(resolve, ms))
    this.proxy.mend()
  }

  async restart(): Promise<void> {
    await this.projector.kill()
    await this.projector.start()
  }

  /** Neo4j against the tables, as `provenance graph verify` does; undefined: equal. */
  async difference(postgresUrl: string): Promise<string | undefined> {
    try {
      const result = await verifyGraph({ postgresUrl, neo4j: { url: this.neo4j.url }, waitMs: 30_000 })
      return result.equal ? undefined : JSON.stringify(result.differences.slice(0, 5))
    } catch (error) {
      return `${(error as Error).message}\n${this.projector.tail()}`
    }
  }

  async stop(): Promise<void> {
    await this.projector?.kill()
    await this.proxy.stop()
  }
}
