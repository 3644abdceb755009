/** Where the story plays: both chains, each seen from itself with its own chance. */
import type { Side } from './lineage'
import { Prng } from './prng'
import type { ChainWorld } from './world'

/** A chain's people at work, with the chain that they can name parents on. */
export interface Scene {
  world: ChainWorld
  other: ChainWorld
  rng: Prng
}

export type Stage = Record<Side, Scene>

/** What happens on one chain does not change the other's chance. */
export function setStage(a: ChainWorld, b: ChainWorld, seed: string): Stage {
  return {
    a: { world: a, other: b, rng: new Prng(`${seed}/a`) },
    b: { world: b, other: a, rng: new Prng(`${seed}/b`) },
  }
}
