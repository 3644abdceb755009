/** What is under way with the batches of a chain. */
export type Stage =
  /** nothing: all that was folded is written, or given up */
  | 'clear'
  /** a batch is folded (or being folded), and not being written yet */
  | 'folded'
  /** a batch is being written */
  | 'writing'
  /** a batch is being written, and the next one folded */
  | 'ahead'

export type Step =
  /** a batch's fold begins, on what all before it come to */
  | 'fold'
  /** the batch that was folded first begins to be written */
  | 'write'
  /** it is committed */
  | 'commit'
  /** a fold or a write failed: what is not committed is given up */
  | 'fail'
  /** committed blocks are undone */
  | 'undo'

export const IMPOSSIBLE = null

/**
 * The pipeline's one table: the stage that a step leads to. A fold is one batch ahead of the write at most, which bounds
 * memory; writes come one after another, in the order of the folds; blocks are undone while nothing is built on them.
 */
export const stages: Record<Stage, Record<Step, Stage | typeof IMPOSSIBLE>> = {
  clear: { fold: 'folded', write: IMPOSSIBLE, commit: IMPOSSIBLE, fail: 'clear', undo: 'clear' },
  folded: { fold: IMPOSSIBLE, write: 'writing', commit: IMPOSSIBLE, fail: 'clear', undo: IMPOSSIBLE },
  writing: { fold: 'ahead', write: IMPOSSIBLE, commit: 'clear', fail: 'clear', undo: IMPOSSIBLE },
  ahead: { fold: IMPOSSIBLE, write: IMPOSSIBLE, commit: 'folded', fail: 'clear', undo: IMPOSSIBLE },
}

/** @throws where the step is impossible: a fault of the caller's */
export function next(stage: Stage, step: Step): Stage {
  const to = stages[stage][step]
  if (to === IMPOSSIBLE) throw new Error(`a batch pipeline that is ${stage} cannot ${step}`)
  return to
}
