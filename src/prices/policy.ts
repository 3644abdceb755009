import { createHash } from 'node:crypto'
import type { PricePolicy } from '../config/config'
import type { Snapshot } from '../postgres/snapshot'

/** Token id -> where its price is from: `prices` of the config file. */
export type Policies = Readonly<Record<string, PricePolicy>>

/**
 * By what prices a figure was worked out: the policy, and the files imported until then. With the same version, and feeds
 * up to the same heights, it is worked out to the same again, whatever is imported later.
 */
export interface PriceVersion {
  /** 16 hex digits of the policies' SHA-256 */
  policy: string
  /** number of the newest import that counts; 0: none */
  imports: number
}

/** CAIP-2 ids of the chains whose feeds the policies name. */
export function feedChains(policies: Policies): Set<string> {
  const feeds = Object.values(policies).flatMap(({ sources }) =>
    sources.flatMap(source => ('feed' in source ? source.feed : [])),
  )
  return new Set(feeds.map(feed => feed.slice(0, feed.lastIndexOf(':'))))
}

/** Sorted by token; the order of sources is part of it. */
export function policyHash(policies: Policies): string {
  const sorted = Object.entries(policies)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([token, { sources, maxAgeSeconds }]) => [
      token,
      sources.map(source => ('feed' in source ? `feed ${source.feed}` : `file ${source.file}`)),
      maxAgeSeconds,
    ])
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16)
}

/** What counts now. */
export async function newestVersion(db: Pick<Snapshot, 'query'>, policies: Policies): Promise<PriceVersion> {
  const [row] = await db.query<{ number: number | null }>({
    name: 'prices-imports',
    text: `SELECT max(number) AS number FROM price_import`,
  })
  return { policy: policyHash(policies), imports: row?.number ?? 0 }
}

/** @example versionText({ policy: '0123456789abcdef', imports: 3 }) // '0123456789abcdef-3' */
export function versionText({ policy, imports }: PriceVersion): string {
  return `${policy}-${imports}`
}

/** undefined: it is no version. */
export function parseVersion(text: string): PriceVersion | undefined {
  const [, policy, imports] = /^([0-9a-f]{16})-(0|[1-9][0-9]{0,8})$/.exec(text) ?? []
  return policy === undefined ? undefined : { policy, imports: Number(imports) }
}
