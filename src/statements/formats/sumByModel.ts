import type { SealedStatement } from '../seal/sealedStatement'

export interface ModelSum {
  /** null: claims that name none */
  model: string | null
  name: string | null
  accrued: bigint
  claimed: bigint
}

/** What moved by token and model, models in the order in which they first moved. */
export async function sumByModel(statement: SealedStatement): Promise<Map<string, ModelSum[]>> {
  const sums = new Map<string, Map<string | null, ModelSum>>()
  for await (const entries of statement.lines()) {
    for (const { token, model, modelName, kind, amount } of entries) {
      const models = sums.get(token) ?? new Map<string | null, ModelSum>()
      sums.set(token, models)
      const sum = models.get(model) ?? { model, name: modelName, accrued: 0n, claimed: 0n }
      models.set(model, sum)
      sum.name ??= modelName
      if (kind === 'ACCRUED') sum.accrued += amount
      else sum.claimed += amount
    }
  }
  return new Map([...sums].map(([token, models]) => [token, [...models.values()]]))
}
