/** Goes on with the two local chains after their story: a block a second on each, with up to three acts in it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { everybody } from './cast'
import { ChainDriver } from './chainDriver'
import { referenceContracts } from './deploy'
import { TransactionRefused } from './sandboxError'
import { act, deliverMessages } from './scenario/activity'
import { Prng } from './scenario/prng'
import type { Scene } from './scenario/stage'
import { ChainWorld } from './scenario/world'

export interface LivingOptions {
  /** JSON-RPC of the two anvils, with the story on them */
  a: string
  b: string
  seed: string
  /** ends it after the block at hand */
  signal: AbortSignal
  /** between blocks; default a second */
  blockMs?: number
}

const MOST_ACTS = 3
/** Of messages from the other chain, in one block. */
const MOST_DELIVERIES = 2
/** Messages take a while: one in so many blocks delivers. */
const DELIVERY_EVERY = 5

/** Lives until the signal; the chains then mine by themselves again, each transaction as it comes. */
export async function live({ a, b, seed, signal, blockMs = 1000 }: LivingOptions): Promise<void> {
  const worlds = [await enter(a), await enter(b)] as [ChainWorld, ChainWorld]
  for (let next = Date.now(); !signal.aborted; ) {
    for (const side of [0, 1] as const) {
      const [world, other] = [worlds[side], worlds[1 - side] as ChainWorld]
      worlds[side] = await liveOneBlock(world, other, seed)
    }
    next = Math.max(next + blockMs, Date.now())
    await sleep(next - Date.now(), undefined, { signal }).catch(() => {})
  }
  // An anvil that was stopped by the same signal needs no release.
  for (const { driver } of worlds) await driver.release().catch(() => {})
}

async function enter(url: string): Promise<ChainWorld> {
  return load(await ChainDriver.connect(url, everybody()))
}

function load(driver: ChainDriver): Promise<ChainWorld> {
  return ChainWorld.load(driver, {
    chainId: driver.chainId,
    contracts: referenceContracts(),
    firstBlock: 1,
  })
}

/** Its chance depends on the seed and the height, so that a resumed chain does not repeat itself. */
async function liveOneBlock(world: ChainWorld, other: ChainWorld, seed: string): Promise<ChainWorld> {
  const { driver } = world
  const rng = new Prng(`${seed}/${driver.chainId}/${driver.head.number}`)
  const scene: Scene = { world, other, rng }
  await driver.takeNonces(everybody())
  if (driver.head.number % DELIVERY_EVERY === 0) deliverMessages(scene, MOST_DELIVERIES)
  // The story's time is its own; from here on a block's time is the clock's.
  const seconds = Math.max(1, Math.floor(Date.now() / 1000) - driver.head.time)
  await act(scene, rng.int(0, MOST_ACTS), seconds, true)
  try {
    await world.mine(seconds, true)
    return world
  } catch (error) {
    // A visitor, or a reorganisation, made the chain another than we knew: look at it afresh.
    if (error instanceof TransactionRefused) return load(driver)
    throw error
  }
}
