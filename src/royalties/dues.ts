import type { Snapshot } from '../postgres/snapshot'
import { RoyaltyCostError } from './costError'
import { readDeliveries } from './counterparts'
import { entitlementsOf } from './entitlement'
import { type Family, familiesOf } from './families'
import { readFees } from './fees'
import { FlowLedger, type FlowTotal } from './flowLedger'
import { MAX_FEE_GROUPS, MAX_LINKS, MAX_MODELS, MAX_PAIRS, MAX_STEPS } from './limits'
import { linksOf } from './lineage'
import { accruedTo } from './moved'

/** What reaches a model from itself and its descendants, of all time: `royaltyFlow(IN)`'s totals, but for the claims. */
export interface Dues {
  /** by token id */
  totals: Omit<FlowTotal, 'claimed'>[]
  /** models or fees were left out because there are too many: the figures are of what is there */
  truncated: boolean
}

/**
 * The dues of several models at once, in five statements whatever their number: each fee of a descendant they share is
 * read and distributed once. Too many models, links or fees for one answer are refused, unless one model is asked about
 * alone: then what is there is counted, as `royaltyFlow` does it.
 */
export async function royaltyDues(db: Snapshot, asked: readonly string[]): Promise<Map<string, Dues>> {
  const models = [...new Set(asked)]
  const families = await familiesOf(db, models, MAX_MODELS, MAX_PAIRS)
  if (!families) throw new RoyaltyCostError(models.length, `more than ${MAX_PAIRS} ancestors and descendants`)
  const payers = union([...families.values()].map(({ descendants }) => descendants))
  const all = union([...families.values()].flatMap(family => [family.descendants, family.ancestors]))
  const links = await linksOf(db, all, models.length > 1 ? MAX_LINKS + 1 : undefined)
  if (models.length > 1 && links.length > MAX_LINKS)
    throw new RoyaltyCostError(models.length, `more than ${MAX_LINKS} links between their relatives`)
  const fees = await readFees(db, payers, links, {}, MAX_FEE_GROUPS)
  if (fees.truncated && models.length > 1)
    throw new RoyaltyCostError(models.length, `more than ${MAX_FEE_GROUPS} different fees`)

  const deliveries = await readDeliveries(db, all)
  const counterparts = new Map(
    [...families].map(([model, { descendants, ancestors }]) => {
      return [model, deliveries.among(union([descendants, ancestors]))]
    }),
  )
  const due = await entitlementsOf(
    fees.groups,
    model => counterparts.get(model)!,
    model => families.has(model),
    MAX_STEPS,
  )
  if (due.exhausted && models.length > 1)
    throw new RoyaltyCostError(models.length, `their fees pass more than ${MAX_STEPS} links`)

  const ledgers = new Map(models.map(model => [model, new FlowLedger()]))
  const countsFor = (model: string, source: string) => families.get(model)!.descendants.has(source)
  for (const entitlement of due.entitlements) {
    const { model, source } = entitlement
    if (countsFor(model, source)) ledgers.get(model)!.entitle(source, entitlement)
  }
  for (const row of await accruedTo(db, models, {})) {
    if (countsFor(row.to, row.from)) ledgers.get(row.to)!.accrue(row.from, row)
  }
  const cut = fees.truncated || due.truncated
  return new Map([...families].map(([model, family]) => [model, duesOf(family, ledgers.get(model)!, cut)]))
}

function duesOf(family: Family, ledger: FlowLedger, cut: boolean): Dues {
  const totals = ledger.totals(null).map(({ claimed: _, ...total }) => total)
  return { totals, truncated: family.truncated || cut }
}

function union(sets: readonly ReadonlySet<string>[]): string[] {
  const all = new Set<string>()
  for (const set of sets) for (const id of set) all.add(id)
  return [...all]
}
