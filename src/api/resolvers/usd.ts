import DataLoader from 'dataloader'
import type { PriceUsed } from '../../prices/lookup'
import { newestVersion, versionText } from '../../prices/policy'
import { usdText } from '../../prices/usd'
import { type Amount, sumInUsd, type Valued, valueInUsd } from '../../prices/valuation'
import type { ApiContext } from '../context'
import type { ResolverMap } from '../entities/entityResolvers'
import { poolsOf } from './stakeReader'

export const usdDefs = /* GraphQL */ `
  """
  A value in US dollars: each amount at the latest price not after it, by the token's policy in config (docs/prices.md).
  Worked out exactly, and rounded once to six decimals, half away from zero.
  """
  type UsdValue {
    "null: a price is missing, see missing"
    value: String
    "what those amounts come to that have a price"
    known: String!
    "tokens whose prices are missing"
    missing: [ID!]!
    "prices that it was worked out with"
    prices: [PriceUsed!]!
    "of policies and imported files: the same at the same blocks gives the same value for ever"
    version: String!
  }

  type PriceUsed {
    "of the Price; file:<import>/<source>/<token>/<time>: of an imported one"
    id: ID!
    tokenId: ID!
    "account id of a feed's proxy, or the source that an imported file names"
    source: String!
    "USD for one whole token, exactly"
    usd: String!
    reportedAt: DateTime!
    "how old it was when it was used"
    ageSeconds: Int!
  }

  extend type ModelStake {
    "tvl in USD, at the newest indexed block's time"
    tvlUsd: UsdValue!
  }

  extend type UsageFee {
    "gross in USD, at its block"
    grossUsd: UsdValue!
  }

  extend type RoyaltyAccrual {
    "amount and patronsAmount in USD, at its block"
    usd: UsdValue!
  }

  extend type RoyaltyClaim {
    "amount in USD, at its block"
    usd: UsdValue!
  }
`

export function usdResolvers(): ResolverMap {
  return {
    ModelStake: {
      tvlUsd: async (source, _, context) => {
        const pools = await poolsOf(context.scope, source.id)
        const at = { time: new Date(await newestTime(context.scope)) }
        const held = (pool: (typeof pools)[number]) => pool.activeAssets + pool.exitingAssets
        return usdValue(
          context,
          pools.map(pool => ({ tokenId: pool.assetId, amount: held(pool), at })),
        )
      },
    },
    UsageFee: { grossUsd: (source, _, context) => usdOfRow(context, source, ['gross']) },
    RoyaltyAccrual: { usd: (source, _, context) => usdOfRow(context, source, ['amount', 'patronsAmount']) },
    RoyaltyClaim: { usd: (source, _, context) => usdOfRow(context, source, ['amount']) },
    PriceUsed: { usd: source => decimalText(source as unknown as PriceUsed) },
  }
}

/** What amounts come to, as UsdValue has it; all that a request asks for is valued together. */
export async function usdValue(context: ApiContext, amounts: readonly Amount[]) {
  context.scope.countRows(amounts.length)
  const loader = context.scope.once(usdValue, () => valuer(context))
  const [valued, { version }] = await Promise.all([loader.values.loadMany(amounts), loader.version])
  const failed = valued.find(one => one instanceof Error)
  if (failed) throw failed
  const { usd, known, missing } = sumInUsd(valued as Valued[])
  const prices = new Map((valued as Valued[]).flatMap(({ price }) => (price ? [[price.id, price]] : [])))
  return {
    value: usd && usdText(usd),
    known: usdText(known),
    missing,
    prices: [...prices.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    version,
  }
}

function valuer({ scope, prices: policies }: ApiContext) {
  const version = newestVersion(scope, policies)
  const values = new DataLoader<Amount, Valued>(
    async amounts => valueInUsd(scope, policies, { imports: (await version).imports }, amounts),
    { cache: false },
  )
  return { values, version: version.then(newest => ({ version: versionText(newest) })) }
}

function usdOfRow(context: ApiContext, row: Record<string, unknown>, fields: string[]) {
  const amount = fields.reduce((sum, field) => sum + BigInt(row[field] as string), 0n)
  const at = { time: new Date(row.time as string), chain: row.chain as string, block: row.block as number }
  return usdValue(context, [{ tokenId: row.tokenId as string, amount, at }])
}

/** Time of the newest indexed block, ms; of the newest change of stake where it is not recorded; else now. */
export function newestTime(scope: ApiContext['scope']): Promise<number> {
  return scope.once(newestTime, async () => {
    const [row] = await scope.query<{ time: Date | null }>({
      name: 'newest-time',
      text: `SELECT greatest((SELECT max(indexed_time) FROM indexer_progress), (SELECT max(time) FROM stake_event)) AS time`,
    })
    if (!row?.time) scope.noteClock()
    return row?.time?.getTime() ?? Date.now()
  })
}

function decimalText({ value, decimals }: PriceUsed): string {
  const digits = value.toString().padStart(decimals + 1, '0')
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}
