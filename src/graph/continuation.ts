import { LineageRequestError } from './graphError'
import type { ClosureBounds, LineageFilter } from './lineage'

/** Where an answer was cut off. */
export interface Place {
  depth: number
  id: string
  /** nodes given so far */
  seen: number
}

/** The question that an answer was cut of. */
export interface Question {
  model: string
  direction: ClosureBounds['direction']
  /** as checkFilter gives it */
  filter: LineageFilter
}

/** Opaque to the caller; bound to the question that it continues. */
export function writeContinuation(
  { model, direction, filter }: Question,
  { depth, id, seen }: Place,
): string {
  return Buffer.from(JSON.stringify([1, model, direction, depth, id, seen, filter])).toString('base64url')
}

export function readContinuation(text: string, { model, direction, filter }: Question): Place {
  const fix = 'give the `continuation` of the answer before, unchanged, or none to begin again'
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch (cause) {
    throw new LineageRequestError(`continuation: ${shown(text)} is not one of ours`, fix, { cause })
  }
  const [version, ofModel, ofDirection, depth, id, seen, ofFilter] = Array.isArray(parts) ? parts : []
  const wellFormed =
    version === 1 && typeof id === 'string' && isCount(depth) && isCount(seen) && typeof ofModel === 'string'
  if (!wellFormed) throw new LineageRequestError(`continuation: ${shown(text)} is not one of ours`, fix)
  if (ofModel !== model || ofDirection !== direction) {
    throw new LineageRequestError(
      `continuation: is of ${String(ofDirection)} of ${shown(ofModel)}, the question is of ${direction} of ${shown(model)}`,
      fix,
    )
  }
  if (JSON.stringify(ofFilter) !== JSON.stringify(filter))
    throw new LineageRequestError(
      `continuation: is of the filter ${shown(JSON.stringify(ofFilter) ?? 'undefined')}, the question's is ${shown(JSON.stringify(filter))}`,
      fix,
    )
  return { depth, id, seen }
}

/** More nodes than any lineage has, and with a page more still an int4. */
const MOST = 2_000_000_000

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
