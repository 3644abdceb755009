import { expect, test } from 'vitest'
import { Contribution, ModelCore } from '../../../src/model'
import { agent, at, contribution, created, emit, Played } from './emitted'

const services = async (rounds: number) => {
  const played = new Played()
  await played.transaction(...created())
  for (let i = 1; i <= rounds; i++) {
    await played.transaction(emit(at.serviceNft!, 'CoreServiceUpdated', [1n, 0, BigInt(i)]))
  }
  return played
}

test('the present version of a core takes the place of the one before', async () => {
  const { memory } = await services(3)
  expect(memory.rows(ModelCore)).toMatchObject([
    { id: `${agent}|core:0`, modelId: agent, contributionId: contribution(3n) },
  ])
  expect(memory.rows(Contribution).map(({ id, current }) => [id, current])).toEqual([
    [contribution(1n), false],
    [contribution(2n), false],
    [contribution(3n), true],
  ])
})

test('a core’s new version costs two rows, however many versions it had', async () => {
  const played = await services(40)
  const table = played.memory.tables.get(Contribution)!
  let looks = 0
  const values = table.values.bind(table)
  table.values = () => {
    looks++
    return values()
  }
  await played.transaction(emit(at.serviceNft!, 'CoreServiceUpdated', [1n, 0, 41n]))
  expect(looks).toBe(0)
})
