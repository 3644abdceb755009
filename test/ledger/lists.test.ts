import { expect, test } from 'vitest'
import { LedgerState } from '../../src/ledger/state'
import { ModelContract } from '../../src/model'

const row = (id: string, modelId: string) => new ModelContract({ id, modelId, role: 'dao', current: true })

test('a list has what the database has of a value, less what was changed, and what was made or became of it', () => {
  const state = new LedgerState()
  state.provideList(ModelContract, 'modelId', 'a', [row('1', 'a'), row('2', 'a')])
  state.provide(ModelContract, '3', row('3', 'b'))
  const ids = () => state.list(ModelContract, 'modelId', 'a').map(({ id }) => id)
  expect(ids()).toEqual(['1', '2'])
  const moved = state.get(ModelContract, '1')!
  moved.modelId = 'b'
  state.put(ModelContract, moved)
  state.put(ModelContract, row('4', 'a'))
  const come = state.get(ModelContract, '3')!
  come.modelId = 'a'
  state.put(ModelContract, come)
  expect(ids()).toEqual(['2', '3', '4'])
  state.restart()
  expect(ids()).toEqual(['1', '2'])
})

test('it does not look at the batch’s other rows: a batch of as many lists as rows is not quadratic', () => {
  const state = new LedgerState()
  let looks = 0
  for (let i = 0; i < 2_000; i++) {
    const made = row(`${i}`, `model ${i}`)
    Object.defineProperty(made, 'modelId', {
      get: () => {
        looks++
        return `model ${i}`
      },
    })
    state.put(ModelContract, made)
  }
  for (let i = 0; i < 2_000; i++) {
    state.provideList(ModelContract, 'modelId', `model ${i}`, [])
    expect(state.list(ModelContract, 'modelId', `model ${i}`)).toHaveLength(1)
  }
  expect(looks).toBeLessThan(10_000)
})
