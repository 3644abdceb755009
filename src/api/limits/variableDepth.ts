import type { Plugin } from 'graphql-yoga'
import { userError } from '../userError'

/** Objects and lists within each other in a request's variables: a filter's AND of an AND takes two. */
const MOST_LEVELS = 100

/** Refuses variables that are nested so deep that whoever walks through them runs out of call stack. */
export function variableDepthPlugin(): Plugin {
  return {
    onParams({ params, setResult }) {
      if (isDeeper(params.variables, MOST_LEVELS))
        setResult({
          errors: [
            userError(
              'TOO_COSTLY',
              `variables nested deeper than ${MOST_LEVELS} levels`,
              'write the filter flat: one AND or OR has a list of conditions',
            ),
          ],
        })
    },
  }
}

/** Level by level, not by recursion, which is what it protects others from. */
function isDeeper(value: unknown, levels: number): boolean {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true
    level = level.flatMap(one => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  }
  return false
}
