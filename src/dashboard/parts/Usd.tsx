import { dollars } from '../words/numbers'

/** A value in US dollars; where a price is missing there is none, never 0. */
export function Usd({ value }: { value: string | null | undefined }) {
  if (value === null || value === undefined) return <span title="a price is missing">–</span>
  return <span title={`${value} USD`}>{dollars(value)}</span>
}
