/** Results for programs on standard output, words for people on standard error. */

export interface Result {
  /** `ingest.dense.ours` */
  name: string
  value: number
  unit: string
  /** name of what it is compared with; null: of nothing */
  comparedWith: string | null
  /** value / the value of `comparedWith`; null: there is none */
  ratio: number | null
}

/** Prints one result; `against` is what it is compared with. */
export function report(
  name: string,
  value: number,
  unit: string,
  against?: Pick<Result, 'name' | 'value'>,
): Result {
  const result: Result = {
    name,
    value: rounded(value),
    unit,
    comparedWith: against?.name ?? null,
    ratio: against && against.value !== 0 ? rounded(value / against.value) : null,
  }
  console.log(JSON.stringify(result))
  const comparison = result.ratio === null ? '' : `  (${result.ratio} × ${result.comparedWith})`
  say(`  ${name.padEnd(34)} ${String(result.value).padStart(10)} ${unit}${comparison}`)
  return result
}

export function say(line: string): void {
  console.error(line)
}

export function median(values: number[]): number {
  return percentile(values, 50)
}

/** Nearest rank: the smallest value that p percent of the values do not exceed. */
export function percentile(values: number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = Math.max(1, Math.ceil((p / 100) * sorted.length))
  const value = sorted[rank - 1]
  if (value === undefined) throw new Error('no values')
  return value
}

/** Three significant digits, or whole. */
function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
