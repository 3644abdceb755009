/** Fees and royalties of one token, a row for each day, also of those without any. */

const DAY_MS = 86_400_000
const DAYS = 30

export interface DayOfMoney {
  /** its midnight, UTC */
  time: string
  /** what was paid, in the token's smallest unit */
  fees: string
  payments: number
  /** what moved from models to their ancestors */
  royalties: string
  accruals: number
}

interface Grouped<Sum> {
  groups: readonly { day: string | null; count: number; sum: Sum }[]
}

interface Answered {
  usageFeesAggregate: Grouped<{ gross: string | null }>
  royaltyAccrualsAggregate: Grouped<{ amount: string | null }>
}

/** The midnight that the last thirty days begin with. */
export function firstDay(newest: string): string {
  const midnight = Math.floor(Date.parse(newest) / DAY_MS) * DAY_MS
  return new Date(midnight - (DAYS - 1) * DAY_MS).toISOString()
}

export function daysOfMoney(
  { usageFeesAggregate, royaltyAccrualsAggregate }: Answered,
  from: string,
): DayOfMoney[] {
  const fees = byDay(usageFeesAggregate)
  const royalties = byDay(royaltyAccrualsAggregate)
  return Array.from({ length: DAYS }, (_, n) => {
    const at = Date.parse(from) + n * DAY_MS
    const [fee, royalty] = [fees.get(at), royalties.get(at)]
    return {
      time: new Date(at).toISOString(),
      fees: fee?.sum.gross ?? '0',
      payments: fee?.count ?? 0,
      royalties: royalty?.sum.amount ?? '0',
      accruals: royalty?.count ?? 0,
    }
  })
}

function byDay<Sum>({ groups }: Grouped<Sum>) {
  return new Map(groups.map(group => [Date.parse(group.day ?? ''), group]))
}
