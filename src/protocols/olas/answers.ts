import type { Answer } from '../protocol'
import { resultIn } from '../reading'

/** Numbers of units that a view returned, each once, in its order; none where there is no answer. */
export function idsIn<Result>(
  view: { decodeResult(data: string): Result },
  answer: Answer | undefined,
  ids: (result: Result) => readonly number[],
): bigint[] {
  const result = resultIn(view, answer)
  return result === undefined ? [] : [...new Set(ids(result))].map(BigInt)
}
