import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DomainEvent } from '../../src/ledger/events'
import { BondingCurve, CurveTrade, Slash, StakeEvent, StakePool, StakePosition } from '../../src/model'
import { account, Memory, MODEL, origins, POOL, TOKEN } from './memory'

/** The contract's arithmetic (CurvePool.sol) by hand, over any story of trades, gifts, slashes and tokens that move. */

const CHAIN = 'eip155:31337'
const CURVE = `${CHAIN}/curve:0x00000000000000000000000000000000000000b0`
const PAIR = `${CHAIN}:0x00000000000000000000000000000000000000b0`
const CURVE_TOKEN = `${CHAIN}/erc20:0x00000000000000000000000000000000000000b0`
const SUPPLY = 10n ** 24n
const VIRTUAL = 10n ** 21n

const step = fc.record({
  who: fc.integer({ min: 1, max: 4 }),
  what: fc.constantFrom('buy', 'buy', 'sell', 'pass', 'give', 'slash', 'graduate'),
  n: fc.bigInt({ min: 1n, max: 10n ** 22n }),
})

const sum = (values: bigint[]) => values.reduce((a, b) => a + b, 0n)

test('a curve is always what its trades, gifts and slashes left, and so are its pool and positions', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 50 }),
      fc.integer({ min: 1, max: 9 }),
      async (steps, size) => {
        const next = origins()
        const held = new Map<number, bigint>()
        let [token, asset, virtual] = [SUPPLY, VIRTUAL, VIRTUAL]
        let [graduated, trades] = [false, 0]
        const events: DomainEvent[] = [
          {
            kind: 'curveCreated',
            origin: next(),
            curve: CURVE,
            pool: POOL,
            model: MODEL,
            pair: PAIR,
            token: CURVE_TOKEN,
            asset: TOKEN,
            reserveToken: SUPPLY,
            reserveAsset: VIRTUAL,
          },
        ]
        const trade = (side: 'BUY' | 'SELL', who: number, tokens: bigint, assets: bigint) => {
          events.push({
            kind: 'curveTraded',
            origin: next(),
            curve: CURVE,
            trader: account(who),
            side,
            tokens,
            assets,
            tax: 0n,
          })
          trades++
        }
        for (const { who, what, n } of steps) {
          const own = held.get(who) ?? 0n
          if (what === 'buy' && !graduated && asset > 0n) {
            const tokens = (token * n) / (asset + n)
            if (tokens === 0n) continue
            trade('BUY', who, tokens, n)
            held.set(who, own + tokens)
            token -= tokens
            asset += n
          } else if (what === 'sell' && !graduated && own > 0n) {
            const tokens = 1n + (n % own)
            const assets = (asset * tokens) / (token + tokens)
            trade('SELL', who, tokens, assets)
            held.set(who, own - tokens)
            token += tokens
            asset -= assets
          } else if (what === 'pass' && own > 0n) {
            // After the graduation a patron gives his tokens away for something else.
            const to = graduated ? undefined : (who % 4) + 1
            const tokens = 1n + (n % own)
            events.push({
              kind: 'curveTokenMoved',
              origin: next(),
              curve: CURVE,
              from: account(who),
              to: to === undefined ? undefined : account(to),
              tokens,
            })
            held.set(who, own - tokens)
            if (to) held.set(to, (held.get(to) ?? 0n) + tokens)
          } else if (what === 'give' && !graduated && asset > virtual) {
            events.push({
              kind: 'curveCompounded',
              origin: next(),
              curve: CURVE,
              from: account(9),
              assets: n,
            })
            asset += n
          } else if (what === 'slash' && !graduated) {
            const ppm = 1n + (n % 1_000_000n)
            const assets = ((asset - virtual) * ppm) / 1_000_000n
            const virtualAssets = (virtual * ppm + 999_999n) / 1_000_000n
            events.push({
              kind: 'curveSlashed',
              origin: next(),
              curve: CURVE,
              slasher: account(8),
              assets,
              virtualAssets,
            })
            asset -= assets + virtualAssets
            virtual -= virtualAssets
          } else if (what === 'graduate' && !graduated && n % 5n === 0n) {
            events.push({ kind: 'curveGraduated', origin: next(), curve: CURVE, token: TOKEN })
            graduated = true
          }
        }
        const memory = new Memory()
        for (let i = 0; i < events.length; i += size) {
          expect((await memory.batch(events.slice(i, i + size))).rejections()).toEqual([])
        }
        const [curve] = memory.rows(BondingCurve)
        const [pool] = memory.rows(StakePool)
        expect(curve).toMatchObject({
          reserveToken: token,
          reserveAsset: asset,
          virtualAsset: virtual,
          price: (asset * 10n ** 18n) / token,
          tradeCount: trades,
        })
        expect(memory.rows(CurveTrade).length).toBe(trades)
        expect(pool).toMatchObject({
          activeAssets: graduated ? 0n : asset - virtual,
          totalShares: sum([...held.values()]),
          slashedAssets: sum(memory.rows(Slash).map(slash => slash.activeAssets)),
        })
        expect(pool!.activeAssets).toBe(sum(memory.rows(StakeEvent).map(fact => fact.activeDelta)))
        for (const { accountId, shares } of memory.rows(StakePosition)) {
          const who = [1, 2, 3, 4].find(n => account(n) === accountId)!
          expect(shares).toBe(held.get(who) ?? 0n)
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('a curve gives no more than it holds, and nothing once it has graduated', async () => {
  const next = origins()
  const memory = new Memory()
  const of = () => ({ origin: next(), curve: CURVE })
  const created: DomainEvent = {
    ...of(),
    kind: 'curveCreated',
    pool: POOL,
    model: MODEL,
    pair: PAIR,
    token: CURVE_TOKEN,
    asset: TOKEN,
    reserveToken: SUPPLY,
    reserveAsset: VIRTUAL,
  }
  const state = await memory.batch([
    created,
    { ...of(), kind: 'curveTraded', trader: account(1), side: 'BUY', tokens: 100n, assets: 50n, tax: 0n },
    { ...of(), kind: 'curveTraded', trader: account(1), side: 'SELL', tokens: 1n, assets: 51n, tax: 0n },
    { ...of(), kind: 'curveSlashed', slasher: account(8), assets: 51n, virtualAssets: 0n },
    { ...of(), kind: 'curveSlashed', slasher: account(8), assets: 0n, virtualAssets: VIRTUAL + 1n },
    { ...of(), kind: 'curveGraduated', token: TOKEN },
    { ...of(), kind: 'curveCompounded', from: account(1), assets: 1n },
    { ...of(), kind: 'curveSlashed', slasher: account(8), assets: 0n, virtualAssets: 0n },
  ])
  expect(state.rejections().map(({ reason }) => reason)).toEqual([
    `trade takes more from curve ${CURVE} than it holds`,
    `curveSlashed: takes more from curve ${CURVE} than it holds`,
    `curveSlashed: takes more from curve ${CURVE} than it holds`,
    `curveCompounded: curve ${CURVE} has graduated`,
    `curveSlashed: curve ${CURVE} has graduated`,
  ])
  expect(memory.rows(BondingCurve)[0]).toMatchObject({
    reserveToken: SUPPLY - 100n,
    reserveAsset: VIRTUAL + 50n,
    virtualAsset: VIRTUAL,
  })
})
