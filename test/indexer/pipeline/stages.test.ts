import { describe, expect, test } from 'vitest'
import { next, type Stage, type Step, stages } from '../../../src/indexer/pipeline/stages'

/** A stage by what it means: batches that are folded and not committed, and whether the first is being written. */
const meaning: Record<Stage, { folded: number; writing: boolean }> = {
  clear: { folded: 0, writing: false },
  folded: { folded: 1, writing: false },
  writing: { folded: 1, writing: true },
  ahead: { folded: 2, writing: true },
}

function stageOf(folded: number, writing: boolean): Stage | undefined {
  return (Object.keys(meaning) as Stage[]).find(
    stage => meaning[stage].folded === folded && meaning[stage].writing === writing,
  )
}

const rules: Record<Step, (folded: number, writing: boolean) => Stage | undefined> = {
  fold: (folded, writing) => stageOf(folded + 1, writing),
  write: (folded, writing) => (folded > 0 && !writing ? stageOf(folded, true) : undefined),
  commit: (folded, writing) => (writing ? stageOf(folded - 1, false) : undefined),
  fail: () => 'clear',
  undo: folded => (folded === 0 ? 'clear' : undefined),
}

describe('the stages of the pipeline', () => {
  const cells = (Object.keys(stages) as Stage[]).flatMap(stage =>
    (Object.keys(rules) as Step[]).map(step => [stage, step] as const),
  )

  test.each(cells)('%s: %s', (stage, step) => {
    const { folded, writing } = meaning[stage]
    const expected = rules[step](folded, writing)
    if (expected) expect(next(stage, step)).toBe(expected)
    else expect(() => next(stage, step)).toThrow(`a batch pipeline that is ${stage} cannot ${step}`)
  })

  test('know one batch being written and one folded ahead at most', () => {
    expect(stages.ahead.fold).toBeNull()
    expect(stages.folded.fold).toBeNull()
  })
})
