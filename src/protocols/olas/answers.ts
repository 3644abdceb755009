import type { Answer } from '../protocol'

/** What a facade of a view decodes. */
interface View<Result> {
  decodeResult(data: string): Result
}

/** What a view returned; undefined: nothing that is its. */
export function resultOf<Result>(view: View<Result>, answer: Answer | undefined): Result | undefined {
  if (answer?.kind !== 'returned') return undefined
  try {
    return view.decodeResult(answer.data)
  } catch {
    return undefined
  }
}

/** Numbers of units that a view returned, each once, in its order; none where there is no answer. */
export function idsIn<Result>(
  view: View<Result>,
  answer: Answer | undefined,
  ids: (result: Result) => readonly number[],
): bigint[] {
  const result = resultOf(view, answer)
  return result === undefined ? [] : [...new Set(ids(result))].map(BigInt)
}
