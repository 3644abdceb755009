import { readAcknowledged } from '../../graph/acknowledgement'
import type { ProjectedHeight } from '../../graph/watermark'
import type { ChainHeight } from '../../postgres/heights'
import type { ApiContext } from '../context'
import type { ResolverMap } from '../entities/entityResolvers'
import { PROCESSOR_COLUMNS, type ProcessorRow, troubleOf } from '../processorState'
import type { RequestScope } from '../scope'

export const chainDefs = /* GraphQL */ `
  extend type Query {
    "how far each chain is"
    chains: [ChainStatus!]!
    "the blocks that this answer is of: all of it was read in one snapshot. Every response repeats them in its extensions"
    asOf: [BlockRef!]!
  }

  "A block of a chain."
  type BlockRef {
    "CAIP-2"
    chain: ID!
    height: Int!
    "0x-hex; null: not recorded"
    hash: String
    "null: not recorded"
    time: DateTime
    "whether it can no longer be rolled back"
    finalized: Boolean!
  }

  type ChainStatus {
    "CAIP-2"
    id: ID!
    "as configured"
    name: String
    "where people look at it, beside /tx/<hash> and /address/<address>; null: not known"
    explorer: String
    "the chain's newest block, as its processor last saw it; null: no processor has run"
    head: Int
    "newest indexed block that can no longer be rolled back"
    finalized: BlockRef
    "newest indexed block; null: none yet"
    indexed: BlockRef
    "newest block that Neo4j has; null: none, or no Neo4j"
    projected: BlockRef
    "what keeps Neo4j from following, or what it is without; all else is answered from Postgres. null: nothing"
    projectionProblem: String
    "head - indexed; 0 when it is up to date"
    lagBlocks: Int
    "age of the indexed block while it is behind the head, seconds; 0 when it is up to date; null: not known"
    lagSeconds: Float
    blocksPerSecond: Float
    "until the head is reached, at the present rate; null: not known"
    secondsLeft: Float
    "what keeps the chain from going on now, its processor that ended or is silent among it; null: nothing"
    problem: String
    "when the processor last reported"
    updatedAt: DateTime
  }
`

export interface BlockRef {
  chain: string
  height: number
  hash: string | null
  time: Date | null
  finalized: boolean
}

export interface ChainStatus {
  id: string
  name: string | null
  head: number | null
  finalized: BlockRef | null
  indexed: BlockRef | null
  projected: BlockRef | null
  projectionProblem: string | null
  lagBlocks: number | null
  lagSeconds: number | null
  blocksPerSecond: number | null
  secondsLeft: number | null
  problem: string | null
  updatedAt: Date | null
}

export function chainResolvers(): ResolverMap {
  return {
    Query: {
      chains: (_, __, { scope, chains }: ApiContext) => chainStatuses(scope, chains),
      asOf: async (_, __, { scope }) => asOf(await scope.heights()),
    },
    ChainStatus: {
      explorer: ({ id }, _, { explorers }: ApiContext) => explorers[id] ?? null,
    },
  }
}

/** The heights of what Neo4j answers as far as it has come, as BlockRefs. */
export function projectedAsOf(
  projected: readonly ProjectedHeight[],
  heights: readonly ChainHeight[],
): BlockRef[] {
  return projected.map(block => projectedBlock(block, heights))
}

function projectedBlock(block: ProjectedHeight, heights: readonly ChainHeight[]): BlockRef {
  const height = heights.find(one => one.chain === block.chain)
  return { ...block, time: null, finalized: height ? block.height <= height.finalizedHeight : false }
}

/** The heights of an answer, as BlockRefs. */
export function asOf(heights: readonly ChainHeight[]): BlockRef[] {
  return heights.map(indexedBlock)
}

interface ProgressRow extends ProcessorRow {
  chain: string
  head: number
  blocks_per_second: number
  seconds_left: number | null
  indexed_time: Date | null
  updated_at: Date
}

/** Status of every chain that is configured or was ever indexed, by chain id. */
export async function chainStatuses(
  scope: RequestScope,
  configured: readonly string[],
): Promise<ChainStatus[]> {
  const progress = await scope.query<ProgressRow>({
    name: 'chains-progress',
    text: `SELECT chain, head, blocks_per_second, seconds_left, indexed_time, updated_at, ${PROCESSOR_COLUMNS}
             FROM indexer_progress`,
  })
  const [heights, acknowledged] = [await scope.heights(), await readAcknowledged(scope)]
  const ids = [...new Set([...configured, ...progress.map(row => row.chain)])].sort()
  return ids.map(id => {
    const row = progress.find(one => one.chain === id)
    const height = heights.find(one => one.chain === id)
    const projected = acknowledged.heights.find(one => one.chain === id)
    const lagBlocks = row && row.head >= 0 ? Math.max(0, row.head - (height?.height ?? -1)) : null
    return {
      id,
      name: row?.name ?? null,
      head: row && row.head >= 0 ? row.head : null,
      finalized: height ? finalizedBlock(height) : null,
      indexed: height ? indexedBlock(height) : null,
      projected: projected ? projectedBlock(projected, heights) : null,
      projectionProblem: acknowledged.problem,
      lagBlocks,
      lagSeconds: lagBlocks === 0 ? 0 : secondsSince(height?.time ?? row?.indexed_time),
      blocksPerSecond: row?.blocks_per_second ?? null,
      secondsLeft: row?.seconds_left ?? null,
      problem: (row && troubleOf(row)?.message) ?? null,
      updatedAt: row?.updated_at ?? null,
    }
  })
}

function secondsSince(time: Date | null | undefined): number | null {
  return time ? Math.max(0, (Date.now() - time.getTime()) / 1000) : null
}

function indexedBlock({ chain, height, hash, time, finalizedHeight }: ChainHeight): BlockRef {
  return { chain, height, hash, time, finalized: height <= finalizedHeight }
}

function finalizedBlock({ chain, height, time, finalizedHeight, finalizedHash }: ChainHeight): BlockRef {
  return {
    chain,
    height: finalizedHeight,
    hash: finalizedHash,
    time: height === finalizedHeight ? time : null,
    finalized: true,
  }
}
