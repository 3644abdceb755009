/**
 * The story of the two local chains, the same for the same seed: models and their forks in waves, stake and fees
 * between them, and every rarer thing that the protocol knows at least once.
 */
import { everybody, theCast } from '../cast'
import { ChainDriver } from '../chainDriver'
import {
  deployReference,
  isDeployed,
  type ReferenceDeployment,
  referenceContracts,
  UNBONDING_SECONDS,
} from '../deploy'
import { act, deliverMessages, forkAnything } from './activity'
import { openCurve } from './curveVerbs'
import { patronsLeave, playHighlights } from './highlights'
import { curves, LAST_WAVE, planned, plannedId, plannedSide } from './lineage'
import { type Scene, type Stage, setStage } from './stage'
import * as verbs from './verbs'
import { ChainWorld } from './world'

export interface ScenarioOptions {
  /** JSON-RPC of two anvils, fresh or with the story on them */
  a: string
  b: string
  seed: string
}

export interface Scenario {
  a: ReferenceDeployment
  b: ReferenceDeployment
  /** false: the chains had their story already, from an earlier run */
  played: boolean
}

const HOUR = 3600
const ROUNDS_A_WAVE = 6
const RANDOM_FORKS = { a: 7, b: 8 }

/** Deploys the protocol and plays the story; on chains that have it already, does nothing. */
export async function runScenario({ a, b, seed }: ScenarioOptions): Promise<Scenario> {
  const drivers = {
    a: await ChainDriver.connect(a, everybody()),
    b: await ChainDriver.connect(b, everybody()),
  }
  const played = !(await isDeployed(drivers.a)) || !(await isDeployed(drivers.b))
  const deployments = {
    a: await deployUnlessThere(drivers.a),
    b: await deployUnlessThere(drivers.b),
  }
  if (played) {
    const stage = setStage(
      new ChainWorld(drivers.a, deployments.a.contracts),
      new ChainWorld(drivers.b, deployments.b.contracts),
      seed,
    )
    await play(stage)
  }
  await drivers.a.release()
  await drivers.b.release()
  return { ...deployments, played }
}

async function deployUnlessThere(driver: ChainDriver): Promise<ReferenceDeployment> {
  if (!(await isDeployed(driver))) return deployReference(driver)
  return { chainId: driver.chainId, contracts: referenceContracts(), firstBlock: 1 }
}

async function play(stage: Stage): Promise<void> {
  for (const { world } of scenes(stage)) await verbs.equip(world)
  for (let wave = 1; wave <= LAST_WAVE; wave++) {
    await makeModels(stage, wave)
    await openPools(stage, wave)
    await live(stage, ROUNDS_A_WAVE)
  }
  await forkAtRandom(stage)
  await playHighlights(stage)
  await live(stage, ROUNDS_A_WAVE)
  // Some of the exits requested so far become payable, some are paid, some wait.
  for (const { world } of scenes(stage)) await world.mine(UNBONDING_SECONDS, true)
  await live(stage, ROUNDS_A_WAVE)
  for (const { world } of scenes(stage)) await patronsLeave(world)
}

function scenes(stage: Stage): Scene[] {
  return [stage.a, stage.b]
}

async function makeModels(stage: Stage, wave: number): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const { world } = stage[side]
    for (const plan of planned) {
      if (plan.wave !== wave || plan.side !== side) continue
      const who = theCast().creators[plan.creator]
      if (!who) throw new Error(`${plan.key}: the cast has no creator ${plan.creator}`)
      const draft = { name: plan.key, forkRoyaltyPpm: plan.forkRoyaltyPpm }
      if (plan.parents.length === 0) {
        verbs.register(world, who, draft)
        continue
      }
      const local = plan.parents.filter(parent => plannedSide(parent.key) === side)
      const foreign = plan.parents.filter(parent => plannedSide(parent.key) !== side)
      verbs.fork(
        world,
        who,
        draft,
        local.map(parent => plannedId(parent.key)),
        foreign.map(({ key, sharePpm }) => ({
          id: stage[plannedSide(key)].world.modelId(plannedId(key)),
          sharePpm: sharePpm ?? 0,
        })),
        [...local, ...foreign].map(parent => parent.role ?? 0),
      )
    }
    await world.mine(2 * HOUR)
  }
}

/** Roots get a direct pool; every third model a liquid one, of the stake token or of dollars; some a curve. */
async function openPools(stage: Stage, wave: number): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const { world } = stage[side]
    const { stakeToken, usd } = world.contracts
    for (const plan of planned) {
      if (plan.wave !== wave || plan.side !== side) continue
      const model = world.model(plannedId(plan.key))
      const owner = world.account(model.owner)
      if (!owner) continue
      if (plan.parents.length === 0) verbs.openPool(world, owner, model, verbs.DIRECT, stakeToken)
      if (model.id % 3n === 1n) {
        verbs.openPool(world, owner, model, verbs.LIQUID, model.id % 2n === 1n ? stakeToken : usd)
      }
      const curve = curves[plan.key]
      if (curve) openCurve(world, owner, model, { asset: stakeToken, ...curve })
    }
    await world.mine(HOUR)
  }
}

async function forkAtRandom(stage: Stage): Promise<void> {
  for (const side of ['a', 'b'] as const) {
    const scene = stage[side]
    for (let made = 0; made < RANDOM_FORKS[side]; ) {
      if (forkAnything(scene, new Set())) made++
      await scene.world.mine(HOUR)
    }
  }
}

/** Rounds of some hours, in each of which something happens on both chains, and messages arrive. */
async function live(stage: Stage, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const scene of scenes(stage)) {
      const seconds = scene.rng.int(4, 14) * HOUR
      deliverMessages(scene)
      await act(scene, scene.rng.int(4, 7), seconds)
      await scene.world.mine(seconds)
    }
  }
}
