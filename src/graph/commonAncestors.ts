import { checkBound, compareIds } from './closureAnswer'
import { LineageRequestError } from './graphError'
import { type CommonAncestor, MAX_MODELS } from './lineage'

const DEFAULT_FIRST = 10
const MAX_FIRST = 1_000

export function checkCommon(models: string[], first = DEFAULT_FIRST): { models: string[]; first: number } {
  checkBound('first', first, MAX_FIRST)
  if (models.length < 1 || models.length > MAX_MODELS) {
    throw new LineageRequestError(`models: ${models.length} given`, `give 1 to ${MAX_MODELS} models`)
  }
  if (new Set(models).size < models.length) {
    throw new LineageRequestError('models: one is given twice', 'name each model once')
  }
  return { models, first }
}

/** What is in all of the models' ancestors. */
export function intersect(depthsOf: Map<string, number>[], first: number): CommonAncestor[] {
  const common: CommonAncestor[] = []
  for (const id of depthsOf[0]!.keys()) {
    const depths = depthsOf.map(map => map.get(id))
    if (depths.every(depth => depth !== undefined)) common.push({ id, depths, maxDepth: Math.max(...depths) })
  }
  common.sort((a, b) => a.maxDepth - b.maxDepth || compareIds(a.id, b.id))
  return common.slice(0, first)
}
