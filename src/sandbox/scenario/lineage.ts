/**
 * The models that the scenario plans by hand; random forks follow them. Waves come one after the other, chain `a`
 * before chain `b` in each; a model's id is its place among its chain's models. So a plan may name a model of the
 * other chain that comes in a later wave, or (`ghost`) never.
 */

export type Side = 'a' | 'b'

export interface PlannedParent {
  key: string
  /** 0 parent (default), 1 dataset, 2 component, 3 service */
  role?: number
  /** ppm that the child declares; of a parent on the other chain only */
  sharePpm?: number
}

export interface PlannedModel {
  key: string
  side: Side
  wave: number
  /** index of the creator in the cast */
  creator: number
  /** what its forks owe it */
  forkRoyaltyPpm: number
  parents: PlannedParent[]
}

/** A model of chain `b` that nobody ever makes: it stays a stub. */
export const GHOST_TOKEN_ID = 9999n
export const LAST_WAVE = 6

const DATASET = 1
const COMPONENT = 2
const SERVICE = 3

function plan(
  side: Side,
  wave: number,
  creator: number,
  key: string,
  forkRoyaltyPpm: number,
  ...parents: (PlannedParent | string)[]
): PlannedModel {
  const asParents = parents.map(parent => (typeof parent === 'string' ? { key: parent } : parent))
  return { key, side, wave, creator, forkRoyaltyPpm, parents: asParents }
}

const as = (role: number, key: string): PlannedParent => ({ key, role })
const abroad = (key: string, sharePpm: number, role?: number): PlannedParent => ({ key, sharePpm, role })

/** In the order of their making. */
export const planned: PlannedModel[] = [
  plan('a', 1, 0, 'aurora-7b', 100_000),
  plan('a', 1, 1, 'webtext-2024', 50_000),
  plan('a', 1, 2, 'legal-corpus-eu', 30_000),
  plan('a', 1, 3, 'borealis-moe', 120_000),
  plan('a', 1, 4, 'polyglot-adapter', 20_000),
  plan('b', 1, 5, 'lumen-vit', 90_000),
  plan('b', 1, 6, 'openimages-cc', 40_000),
  plan('b', 1, 7, 'retrieval-service', 25_000),

  plan('a', 2, 1, 'aurora-7b-chat', 80_000, 'aurora-7b'),
  plan('a', 2, 2, 'aurora-7b-code', 70_000, 'aurora-7b', as(DATASET, 'webtext-2024')),
  // Its parent on the other chain comes a wave later.
  plan('a', 2, 3, 'captioner', 60_000, 'aurora-7b-chat', abroad('lumen-vl', 70_000)),

  plan('a', 3, 4, 'aurora-merge', 90_000, 'aurora-7b-chat', 'aurora-7b-code'),
  plan('a', 3, 5, 'borealis-instruct', 100_000, 'borealis-moe'),
  // Two models that each claim to come from the other: nobody can check it across chains.
  plan('a', 3, 6, 'ouroboros-a', 50_000, 'aurora-7b', abroad('ouroboros-b', 40_000)),
  plan(
    'b',
    3,
    7,
    'lumen-vl',
    80_000,
    'lumen-vit',
    as(DATASET, 'openimages-cc'),
    abroad('aurora-7b-chat', 60_000),
  ),
  plan('b', 3, 8, 'lumen-vl-hd', 75_000, 'lumen-vl'),
  plan('b', 3, 9, 'ouroboros-b', 50_000, 'lumen-vit', abroad('ouroboros-a', 30_000)),

  plan('a', 4, 7, 'aurora-legal', 85_000, 'aurora-merge'),
  plan('a', 4, 8, 'counsel', 110_000, 'aurora-legal', as(DATASET, 'legal-corpus-eu')),
  plan('a', 4, 9, 'lost-heritage', 10_000, 'borealis-moe', abroad('ghost', 150_000)),
  plan(
    'b',
    4,
    0,
    'lumen-agent',
    95_000,
    'lumen-vl-hd',
    as(SERVICE, 'retrieval-service'),
    abroad('aurora-merge', 50_000),
  ),

  plan('a', 5, 0, 'counsel-de', 65_000, 'counsel'),
  plan('a', 5, 1, 'counsel-de-mini', 45_000, 'counsel-de'),
  plan('a', 5, 2, 'aurora-borealis', 100_000, 'borealis-instruct', 'aurora-merge'),
  plan('b', 5, 3, 'lumen-agent-mini', 35_000, 'lumen-agent'),
  plan('b', 5, 4, 'atlas', 60_000, 'lumen-agent', 'lumen-vl'),

  plan('a', 6, 5, 'triad', 70_000, 'aurora-borealis', 'counsel-de-mini', 'borealis-instruct'),
  plan('a', 6, 6, 'aurora-polyglot', 40_000, 'aurora-7b-chat', as(COMPONENT, 'polyglot-adapter')),
  plan('a', 6, 7, 'captioner-mini', 30_000, 'captioner'),
  plan('b', 6, 8, 'mosaic', 55_000, 'atlas', 'lumen-agent-mini', abroad('triad', 45_000)),
]

const UNIT = 10n ** 18n

/** Models whose stake is sold along a curve too, in wei of the stake token: two go on, two graduate in the story. */
export const curves: Record<string, { virtualAsset: bigint; graduationAssets: bigint }> = {
  'legal-corpus-eu': { virtualAsset: 5_000n * UNIT, graduationAssets: 100_000n * UNIT },
  'openimages-cc': { virtualAsset: 4_000n * UNIT, graduationAssets: 100_000n * UNIT },
  'aurora-7b-code': { virtualAsset: 1_000n * UNIT, graduationAssets: 3_000n * UNIT },
  'lumen-vl-hd': { virtualAsset: 2_000n * UNIT, graduationAssets: 3_000n * UNIT },
}

/** The token id that a planned model has, or will have, on its chain. */
export function plannedId(key: string): bigint {
  if (key === 'ghost') return GHOST_TOKEN_ID
  const model = planned.find(one => one.key === key)
  if (!model) throw new Error(`${key}: no model of the plan`)
  return BigInt(planned.filter(one => one.side === model.side).indexOf(model) + 1)
}

/** The ghost belongs to chain `b`. */
export function plannedSide(key: string): Side {
  return planned.find(one => one.key === key)?.side ?? 'b'
}
