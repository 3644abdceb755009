/** What a Sankey picture shows of a model's royalties in one token: at the left who pays, at the right who is paid. */

export interface FlowModel {
  id: string
  name: string | null
  status: string
}

export interface Flow {
  model: FlowModel | undefined
  /** models that are drawn as one, where there are too many */
  others: number
  amount: string
}

/** Most that are drawn at each side. */
export const MOST_FLOWS = 12

interface AnsweredNode {
  model: FlowModel
  amounts: readonly { tokenId: string; accrued: string }[]
}

/** The largest flows in a token, the rest as one. */
export function flowsOf(nodes: readonly AnsweredNode[], tokenId: string, most = MOST_FLOWS): Flow[] {
  const all = nodes
    .map(({ model, amounts }) => ({
      model,
      amount: BigInt(amounts.find(one => one.tokenId === tokenId)?.accrued ?? 0),
    }))
    .filter(({ amount }) => amount > 0n)
    .sort((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0))
  const few = all.length <= most ? all : all.slice(0, most - 1)
  const rest = all.slice(few.length)
  const shown: Flow[] = few.map(({ model, amount }) => ({ model, others: 0, amount: String(amount) }))
  if (rest.length === 0) return shown
  const sum = rest.reduce((total, { amount }) => total + amount, 0n)
  return [...shown, { model: undefined, others: rest.length, amount: String(sum) }]
}

/** Of what is entitled: paid out, waiting to be claimed, owed and not moved. They add up to entitled, where nothing was overpaid. */
export function partsOf(total: { accrued: string; owed: string; overpaid: string }, claimed: string | null) {
  const due = BigInt(total.accrued) - BigInt(total.overpaid)
  const paid = claimed === null ? 0n : BigInt(claimed) < due ? BigInt(claimed) : due
  return { claimed: String(paid), waiting: String(due - paid), owed: total.owed }
}
