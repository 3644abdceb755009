import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { configuredContracts } from '../../src/sandbox/deploy'
import { Prng } from '../../src/sandbox/scenario/prng'
import { FAULTS, type Fault, ODDITIES } from './faults'
import { type Branch, SimChain } from './simChain'
import { type Limits, SimEndpoint } from './simEndpoint'
import type { NodeView } from './simRpc'
import { type Material, woven } from './transactions'

export const CHAIN_ID = 1514
export const CHAIN = `eip155:${CHAIN_ID}`

/** Transactions, in a chain that makes rows: the first ones of a recording are mints of NFTs that nobody registered yet. */
const SOMETHING = 60

/** What a seed decides before anything runs. */
export interface Plan {
  finality: number
  /** how deep a reorganisation may be; beyond `finality` the processor must rewind */
  deepest: number
  countsByTransaction: boolean
  knowsFinalized: boolean
}

/** What an operator may change between two runs. */
export interface Settings {
  finality: number
  /** the endpoints in the other order */
  isReversed: boolean
  /** false: one of the two protocols is not named yet */
  isWhole: boolean
}

/** A chain, its endpoints and their weather, and the config file that names them; all of it from one seed. */
export class World {
  /** decides the steps; chain and endpoints have chances of their own, so that a request's timing changes no step */
  readonly random: Prng
  readonly plan: Plan
  readonly settings: Settings
  readonly chain: SimChain
  readonly counts: Record<string, number> = {}
  readonly endpoints: SimEndpoint[] = []
  private readonly folder = mkdtempSync(join(tmpdir(), 'sim-'))
  /** heads of the past, for nodes that stayed there */
  private readonly former: Branch[] = []
  private finalized = 0
  private clean!: SimEndpoint

  private constructor(
    private readonly seed: string,
    material: Material,
  ) {
    this.random = new Prng(seed)
    const finality = this.random.pick([2, 5, 12, 40, 300])
    const isDeep = this.random.chance(25)
    this.plan = {
      finality,
      deepest: isDeep ? finality * 3 + 5 : finality,
      countsByTransaction: this.random.chance(10),
      knowsFinalized: !isDeep && this.random.chance(50),
    }
    this.settings = { finality, isReversed: false, isWhole: !this.random.chance(15) }
    this.chain = new SimChain(new Prng(`${seed} chain`), woven(material, this.random))
  }

  static async make(seed: string, material: Material): Promise<World> {
    const world = new World(seed, material)
    const count = world.random.int(1, 3)
    const words = world.random.int(0, 19)
    for (let i = 0; i < count; i++) {
      world.endpoints.push(
        await SimEndpoint.start({
          random: world.endpointRandom(i),
          view: (faults, random) => world.view(faults, random),
          limits: world.limits(words + i),
          oddities: world.random.sample(ODDITIES, world.random.int(0, 2)),
          committed: fault => world.count(fault),
        }),
      )
    }
    world.clean = await SimEndpoint.start({
      random: world.endpointRandom(-1),
      view: (_, random) => world.view([], random),
      limits: { words: 0 },
      oddities: [],
      committed: () => {},
    })
    return world
  }

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }

  mine(blocks: number): void {
    this.remember()
    this.chain.mine(blocks)
    this.finalized = Math.max(this.finalized, this.chain.head.number - this.plan.finality)
    this.count('mined')
  }

  /** One block, or as many as it takes: an index of a chain that was reorganised to nothing is right whatever it does. */
  mineSomething(): void {
    const { chain } = this
    do this.mine(1)
    while (
      chain.branch.flatMap(({ transactions }) => transactions).length < SOMETHING &&
      chain.waiting.length > 0
    )
  }

  /** @returns its depth */
  reorganise(): number {
    this.remember()
    const { random, plan, chain } = this
    const most = Math.min(plan.deepest, chain.head.number - 1)
    if (most < 1) return 0
    const depth = random.chance(60) ? random.int(1, Math.min(most, 4)) : random.int(1, most)
    const longer = random.pick([-2, -1, 0, 0, 1, 1, 2, 5])
    chain.reorganise(depth, Math.max(0, depth + longer))
    this.count(
      depth > plan.finality
        ? 'deepReorg'
        : longer < 0
          ? 'shorterChain'
          : longer === 0
            ? 'sameHeightReorg'
            : 'reorg',
    )
    return depth
  }

  /** New weather at each endpoint: mostly fair, one of them foul. */
  changeWeather(): void {
    for (const endpoint of this.endpoints) {
      endpoint.weather = new Map()
      const faults = this.random.sample(this.faultsFor(), this.random.int(0, 3))
      for (const fault of faults) endpoint.weather.set(fault, this.random.pick([3, 10, 25, 50]))
    }
    this.count('weather')
  }

  changeSettings(): void {
    const { random, settings, plan } = this
    if (random.chance(50)) settings.isReversed = !settings.isReversed
    // Never below the depth that this chain's plan calls final.
    if (random.chance(50)) settings.finality = plan.finality + random.int(0, 10)
    this.count('configChange')
  }

  calm(): void {
    for (const endpoint of this.endpoints) endpoint.weather = new Map()
  }

  /** A log that an answer by block hash omits is found only where another endpoint can be asked. */
  private faultsFor(): Fault[] {
    return FAULTS.filter(fault => fault !== 'omitsBlock' || this.endpoints.length > 1)
  }

  /** @param endpoints absent: those with whims; `clean`: one that has none */
  config(name: string, databaseUrl: string, options: { clean?: boolean; neo4jUrl?: string } = {}): string {
    const { settings } = this
    const urls = this.endpoints.map(({ url }) => url)
    const file = join(this.folder, `${name}.yaml`)
    writeFileSync(
      file,
      stringify({
        postgres: { url: databaseUrl },
        neo4j: options.neo4jUrl ? { url: options.neo4jUrl } : undefined,
        api: { port: 0 },
        chains: [
          {
            id: CHAIN_ID,
            name: 'sim',
            rpc: options.clean ? this.clean.url : settings.isReversed ? urls.reverse() : urls,
            finality: options.clean ? 1 : settings.finality,
            pollIntervalMs: 50,
            protocols: {
              story: {},
              ...(settings.isWhole && {
                reference: { firstBlock: 1, contracts: configuredContracts() },
              }),
            },
          },
        ],
      }),
    )
    return file
  }

  async close(): Promise<void> {
    await Promise.all([...this.endpoints, this.clean].map(endpoint => endpoint.stop()))
    rmSync(this.folder, { recursive: true, force: true })
  }

  private endpointRandom(i: number): Prng {
    return new Prng(`${this.seed} endpoint ${i}`)
  }

  private remember(): void {
    this.former.push(this.chain.branch)
    if (this.former.length > 5) this.former.shift()
  }

  private limits(words: number): Limits {
    const { random } = this
    return {
      blocks: random.chance(40) ? random.pick([1, 3, 5, 20, 100]) : undefined,
      logs: random.chance(30) ? random.pick([5, 20, 100]) : undefined,
      batch: random.chance(20) ? random.pick([1, 3, 10]) : undefined,
      words,
    }
  }

  private view(faults: readonly Fault[], random: Prng): NodeView {
    let branch = this.chain.branch
    if (faults.includes('lags')) {
      branch = branch.slice(0, Math.max(1, branch.length - random.int(1, 8)))
      this.count('lags')
    }
    if (faults.includes('onOldFork') && this.former.length > 0) {
      branch = this.former[0]!
      this.count('onOldFork')
    }
    if (faults.includes('flickers') && this.former.length > 0 && random.chance(50)) {
      branch = this.former.at(-1)!
      this.count('flickers')
    }
    return {
      chainId: CHAIN_ID,
      branch,
      byHash: this.chain.byHash,
      finalized: this.plan.knowsFinalized ? this.finalized : undefined,
      countsByTransaction: this.plan.countsByTransaction,
    }
  }
}
