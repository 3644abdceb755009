import { describe, expect, test } from 'vitest'
import { Rate } from '../../src/indexer/rate'

const SECOND = 1000

/** A rate after a backfill of 1000 blocks a second that ended at the head, at time 0. */
function afterBackfill(): Rate {
  const rate = new Rate()
  for (let at = -20 * SECOND; at <= 0; at += 100) rate.note(20_000 + at, at)
  rate.noteBehind(0, 0)
  return rate
}

describe('blocks a second', () => {
  test('are those of the last seconds', () => {
    const rate = afterBackfill()
    expect(rate.blocksPerSecond(0)).toBeCloseTo(1000, -1)
    for (let at = SECOND; at <= 30 * SECOND; at += SECOND) rate.note(20_000 + at / SECOND, at)
    expect(rate.blocksPerSecond(30 * SECOND)).toBeCloseTo(1)
  })

  test('fall while nothing comes, and are 0 once nothing has come for the window', () => {
    const rate = afterBackfill()
    expect(rate.blocksPerSecond(5 * SECOND)).toBeCloseTo(500, -1)
    expect(rate.blocksPerSecond(11 * SECOND)).toBe(0)
  })

  test('of batches that take longer than the window are still those of the batches', () => {
    const rate = new Rate()
    for (const minute of [0, 1, 2]) rate.note(6000 * minute, 60 * SECOND * minute)
    expect(rate.blocksPerSecond(120 * SECOND)).toBeCloseTo(100)
  })

  test('are none before two blocks were handled', () => {
    const rate = new Rate()
    expect(rate.blocksPerSecond(0)).toBe(0)
    rate.note(5, 0)
    expect(rate.blocksPerSecond(SECOND)).toBe(0)
  })
})

describe('seconds left', () => {
  test('at the head: none', () => expect(new Rate().secondsLeft(0, 0)).toBe(0))

  test('in the history: by the rate; before it is known, not known', () => {
    const rate = new Rate()
    rate.noteBehind(1_000_000, 0)
    rate.note(100, 0)
    expect(rate.secondsLeft(1_000_000, 0)).toBeNull()
    rate.note(1100, SECOND)
    expect(rate.secondsLeft(999_000, SECOND)).toBeCloseTo(999)
  })

  test('40 blocks behind and nothing comes: not known after three seconds, however fast the backfill was', () => {
    const rate = afterBackfill()
    rate.noteBehind(40, SECOND)
    expect(rate.secondsLeft(40, 2 * SECOND)).toBeLessThan(3)
    expect(rate.secondsLeft(40, 4.1 * SECOND)).toBeNull()
    expect(rate.secondsLeft(40, 40 * SECOND)).toBeNull()
  })

  test('a block that has just come to a slow chain: soon', () => {
    const rate = afterBackfill()
    rate.noteBehind(1, 60 * SECOND)
    expect(rate.secondsLeft(1, 60 * SECOND)).toBeLessThanOrEqual(3)
  })
})
