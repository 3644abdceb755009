import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gini } from '../../src/measures/gini'
import { hhi } from '../../src/measures/hhi'
import { delegatedShare, influence, type Steering } from '../../src/measures/influence'
import { nakamoto } from '../../src/measures/nakamoto'
import { exitValue, inheritedStake, positionAssets } from '../../src/measures/poolValue'

const amount = fc.bigInt({ min: 0n, max: 2n ** 128n })
const holdings = fc.array(amount, { minLength: 1, maxLength: 12 }).filter(all => all.some(held => held > 0n))
const account = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const positions = fc.uniqueArray(fc.record({ account, delegate: account, stake: amount }), {
  selector: position => position.account,
  minLength: 1,
})

/** The sum of absolute differences over all pairs: Gini by its first definition, in floating point. */
function giniByPairs(values: number[]): number {
  const total = values.reduce((all, value) => all + value, 0)
  let differences = 0
  for (const left of values) for (const right of values) differences += Math.abs(left - right)
  return differences / (2 * values.length * total)
}

/** Tries every subset: only for a handful of holders. */
function nakamotoBySubsets(values: bigint[], thresholdPpm: number): number {
  const total = values.reduce((all, value) => all + value, 0n)
  let best = values.filter(value => value > 0n).length
  for (let subset = 0; subset < 1 << values.length; subset++) {
    const chosen = values.filter((_, index) => subset & (1 << index))
    const held = chosen.reduce((all, value) => all + value, 0n)
    if (held * 1_000_000n > total * BigInt(thresholdPpm)) best = Math.min(best, chosen.length)
  }
  return best
}

describe('concentration', () => {
  test('HHI lies between equal holders and a single one', () => {
    fc.assert(
      fc.property(holdings, all => {
        const index = hhi(all)!
        expect(index).toBeGreaterThanOrEqual(Math.floor((10_000 / all.length) * 100) / 100)
        expect(index).toBeLessThanOrEqual(10_000)
      }),
    )
  })

  test('HHI and Gini do not change with the unit, nor with the order', () => {
    fc.assert(
      fc.property(holdings, fc.bigInt({ min: 1n, max: 10n ** 18n }), (all, unit) => {
        const scaled = [...all].reverse().map(held => held * unit)
        expect(hhi(scaled)).toBe(hhi(all))
        expect(gini(scaled)).toBe(gini(all))
      }),
    )
  })

  test('Gini equals half the relative mean absolute difference', () => {
    const small = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(
        small.filter(all => all.some(held => held > 0)),
        all => {
          expect(gini(all.map(BigInt))).toBeCloseTo(giniByPairs(all), 5)
        },
      ),
    )
  })

  test('Nakamoto equals the smallest of all subsets that pass the threshold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 0n, max: 50n }), { minLength: 1, maxLength: 7 }),
        fc.integer({ min: 0, max: 1_000_000 }),
        (all, threshold) => {
          expect(nakamoto(all, threshold)).toBe(nakamotoBySubsets(all, threshold))
        },
      ),
    )
  })

  test('a threshold that is no share is refused with the fix', () => {
    expect(() => nakamoto([1n], 50.5)).toThrow(/50\.5 ppm[\s\S]*fix: give an integer from 0 to 1000000/)
  })

  test('nothing staked has no concentration, instead of a false zero', () => {
    expect([hhi([0n]), gini([0n, 0n]), delegatedShare([])]).toEqual([null, null, null])
  })
})

describe('influence', () => {
  test('is neither made nor lost by delegation', () => {
    fc.assert(
      fc.property(positions, (all: Steering[]) => {
        const staked = all.reduce((total, position) => total + position.stake, 0n)
        const steered = influence(all).reduce((total, entry) => total + entry.own + entry.delegated, 0n)
        expect(steered).toBe(staked)
      }),
    )
  })

  test('the delegated share is what all influence holds from others', () => {
    fc.assert(
      fc.property(positions, (all: Steering[]) => {
        const staked = all.reduce((total, position) => total + position.stake, 0n)
        const delegated = influence(all).reduce((total, entry) => total + entry.delegated, 0n)
        if (staked === 0n) expect(delegatedShare(all)).toBeNull()
        else {
          expect(delegatedShare(all)).toBeCloseTo(
            Number((delegated * 1_000_000_000n) / staked) / 1_000_000_000,
            5,
          )
        }
      }),
    )
  })
})

describe('the value of shares', () => {
  test('positions never add up to more than the pool holds', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 10 }), amount, (shares, activeAssets) => {
        const totalShares = shares.reduce((total, held) => total + held, 0n)
        const pool = { activeAssets, totalShares, virtualAssets: 1n, virtualShares: 1n }
        const value = shares.reduce((total, held) => total + positionAssets(held, pool), 0n)
        expect(value <= activeAssets + 1n).toBe(true)
        const queue = { exitingAssets: activeAssets, totalExitShares: totalShares }
        const queued = shares.reduce((total, held) => total + exitValue(held, queue), 0n)
        expect(queued <= activeAssets).toBe(true)
      }),
    )
  })

  test('inherited stake is floored for each descendant', () => {
    expect(inheritedStake([0, 1, 2].map(() => ({ stake: 19n, sharePpm: 100_000 })))).toBe(3n)
  })
})
