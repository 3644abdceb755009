import type { Logger } from '@subsquid/logger'
import { ConfigError } from '../../config/configError'
import { firstLine } from '../../rpc/rpcFault'
import { DeepReorg } from '../deepReorg'

/** Pauses before what failed is tried again: the first, the second, …, ms. */
const PAUSES_MS = [200, 1000, 5000]

/**
 * What keeps the sources of a chain's blocks from going on, as long as it does. What goes wrong at an endpoint never
 * ends the process: it is said here, once in the log, and tried again.
 */
export class Problems {
  private readonly met = new Map<string, string>()

  /** @param others what keeps single requests waiting */
  constructor(
    private readonly log: Logger,
    private readonly others: () => string | null = () => null,
  ) {}

  /** One line; null: there is none */
  get current(): string | null {
    return this.met.values().next().value ?? this.others()
  }

  /** @param where names what cannot go on, so that `over` can be said of it */
  say(where: string, problem: string): void {
    if (this.met.get(where) === problem) return
    if (!this.met.has(where)) this.log.warn(`${where}: ${problem}`)
    this.met.set(where, problem)
  }

  over(where: string): void {
    if (this.met.delete(where)) this.log.info(`${where}: goes on`)
  }

  /**
   * Tries until it succeeds.
   *
   * @throws only what waiting cannot mend: DeepReorg, ConfigError
   */
  async persist<T>(where: string, work: () => Promise<T>): Promise<T> {
    for (let failed = 0; ; failed++) {
      try {
        const result = await work()
        this.over(where)
        return result
      } catch (error) {
        if (error instanceof DeepReorg || error instanceof ConfigError) throw error
        this.say(where, firstLine(error))
        await new Promise(resolve => setTimeout(resolve, PAUSES_MS[Math.min(failed, PAUSES_MS.length - 1)]))
      }
    }
  }
}
