import { Price } from '../model'
import { originColumns } from './parties'
import type { PriceReported } from './priceEvents'
import type { LedgerState } from './state'

/** What is no price is kept as a log that was rejected, so that the price before it goes on ageing. */
export function priceReported(state: LedgerState, event: PriceReported): void {
  const { origin, feed, round, value, decimals, reportedAt } = event
  if (value <= 0n) return state.reject(origin, `the answer of ${feed} is no price: ${value}`)
  if (!(reportedAt <= origin.time)) return state.reject(origin, `${feed} reports from the future`)
  state.add(
    Price,
    new Price({
      id: state.factId(Price, origin),
      feedId: feed,
      round,
      value,
      decimals,
      reportedAt: new Date(reportedAt),
      ...originColumns(origin),
    }),
  )
}
