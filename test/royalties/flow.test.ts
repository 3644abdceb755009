import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { withSnapshot } from '../../src/postgres/snapshot'
import { type FlowOptions, type RoyaltyFlow, royaltyFlow } from '../../src/royalties/flow'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import {
  A,
  ALICE,
  accrual,
  B,
  claim,
  fact,
  fee,
  insert,
  timeOf,
  USDC,
  USDC_B,
  WETH,
} from '../statements/rows'
import { chainOf, link, model } from './lineageRows'
import { type Message, routeByHand, type World } from './routerByHand'

type Row = Record<string, unknown>
const S = `${A}/story`
let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database?.drop())
beforeEach(() =>
  database.pool.query(
    'TRUNCATE model, lineage_edge, usage_fee, royalty_hop, royalty_accrual, royalty_claim, cross_chain_transfer',
  ),
)

function flow(options: FlowOptions): Promise<RoyaltyFlow & { statements: number }> {
  return withSnapshot(database.pool, { timeoutMs: 30_000 }, async db => {
    const answer = await royaltyFlow(db, options)
    return { ...answer, statements: db.statements }
  })
}

async function have(rows: { models?: Row[]; links?: Row[]; fees?: Row[]; accruals?: Row[] }): Promise<void> {
  await insert(database.pool, 'model', rows.models ?? [])
  await insert(database.pool, 'lineage_edge', rows.links ?? [])
  await insert(database.pool, 'usage_fee', rows.fees ?? [])
  await insert(database.pool, 'royalty_accrual', rows.accruals ?? [])
}

describe('what a model is owed', () => {
  const [root, fork, leaf] = [`${A}/reference:1`, `${A}/reference:2`, `${A}/reference:3`]
  const lineage = {
    models: [root, fork, leaf].map(id => model(id)),
    links: [link(fork, root, 100_000), link(leaf, fork, 200_000)],
  }

  test('is what its descendants earned by the lineage, less what was moved to it', async () => {
    await have({
      ...lineage,
      fees: [fee(A, 5, 0, 'f1', leaf, 1000), fee(A, 6, 0, 'f2', fork, 55), fee(A, 7, 0, 'f3', root, 9)],
      accruals: [accrual(A, 5, 1, { to: root, from: leaf, by: ALICE, amount: 12, patrons: 8, fee: 'f1' })],
    })
    await insert(database.pool, 'royalty_claim', [{ ...claim(A, 9, 0, ALICE, 4), model_id: root }])

    const { totals, nodes, truncated } = await flow({ model: root, direction: 'IN' })

    expect(totals).toEqual([
      { token: USDC, entitled: 34n, accrued: 20n, owed: 14n, overpaid: 0n, claimed: 4n },
    ])
    expect(nodes.map(n => [n.model, n.depth, n.amounts[0]?.entitled, n.amounts[0]?.owed])).toEqual([
      [root, 0, 9n, 9n],
      [fork, 1, 5n, 5n],
      [leaf, 2, 20n, 0n],
    ])
    expect(nodes[2]!.fees).toEqual([{ token: USDC, net: 1000n, count: 1n }])
    expect(truncated).toBe(false)
  })

  test('of its own fees, to its ancestors, is the other direction', async () => {
    await have({
      ...lineage,
      fees: [fee(A, 5, 0, 'f1', leaf, 1000), fee(A, 6, 0, 'f2', fork, 55)],
      accruals: [
        accrual(A, 5, 1, { to: root, from: leaf, by: ALICE, amount: 20, fee: 'f1' }),
        accrual(A, 6, 1, { to: root, from: fork, by: ALICE, amount: 5, fee: 'f2' }),
        accrual(A, 5, 2, { to: leaf, from: leaf, by: ALICE, amount: 800, fee: 'f1' }),
      ],
    })
    const { totals, nodes } = await flow({ model: leaf, direction: 'OUT' })
    expect(totals).toEqual([
      { token: USDC, entitled: 200n, accrued: 20n, owed: 180n, overpaid: 0n, claimed: null },
    ])
    expect(nodes.map(n => [n.model, n.amounts[0]?.entitled, n.amounts[0]?.accrued])).toEqual([
      [leaf, undefined, undefined],
      [fork, 180n, 0n],
      [root, 20n, 20n],
    ])
  })

  test('of a period counts the fees and the movements of that period', async () => {
    await have({
      ...lineage,
      fees: [5, 6, 7, 8].map(block => fee(A, block, 0, `f${block}`, leaf, 1000)),
      accruals: [5, 6, 7, 8].map(block =>
        accrual(A, block, 1, { to: root, from: leaf, by: ALICE, amount: 1, fee: `f${block}` }),
      ),
    })
    const period = { from: new Date(timeOf(6)), to: new Date(timeOf(8)) }
    const { totals } = await flow({ model: root, direction: 'IN', ...period })
    expect(totals).toMatchObject([{ entitled: 40n, accrued: 2n }])
  })

  test('leaves out what lies deeper than asked for', async () => {
    await have({ ...lineage, fees: [fee(A, 5, 0, 'f1', leaf, 1000), fee(A, 6, 0, 'f2', fork, 50)] })
    const near = await flow({ model: root, direction: 'IN', maxDepth: 1 })
    expect([near.totals[0]!.entitled, near.nodes.length, near.truncated]).toEqual([5n, 2, false])
    const cut = await flow({ model: root, direction: 'IN', maxNodes: 2 })
    expect([cut.totals[0]!.entitled, cut.nodes.length, cut.truncated]).toEqual([5n, 2, true])
  })

  test('of a donation is all its own', async () => {
    await have({ ...lineage, fees: [{ ...fee(A, 5, 0, 'f1', fork, 50), kind: 'DONATION' }] })
    expect((await flow({ model: root, direction: 'IN' })).totals).toEqual([])
    expect((await flow({ model: fork, direction: 'IN' })).totals).toMatchObject([{ entitled: 50n }])
  })

  test('costs as many statements for a thousand fees and models as for one', async () => {
    await have({ ...lineage, fees: [fee(A, 5, 0, 'f1', leaf, 1000)] })
    const few = await flow({ model: root, direction: 'IN' })
    const forks = Array.from({ length: 1000 }, (_, i) => `${A}/reference:${i + 100}`)
    await have({
      models: forks.map(id => model(id)),
      links: forks.map(id => link(id, fork, 100_000)),
      fees: forks.map((id, i) => fee(A, 9, i, `g${i}`, id, 1000 + i)),
    })
    const many = await flow({ model: root, direction: 'IN' })
    expect(many.statements).toBe(few.statements)
    expect(many.nodes).toHaveLength(1003)
    const due = forks.map((_, i) => BigInt(Math.floor(Math.floor((1000 + i) / 10) / 10)))
    expect(many.totals[0]!.entitled).toBe(20n + due.reduce((sum, part) => sum + part, 0n))
  })
})

describe('Story', () => {
  const [a, b, c, d] = ['0xa', '0xb', '0xc', '0xd'].map(ip => `${S}:${ip}`) as [
    string,
    string,
    string,
    string,
  ]

  test('payments before a late link are not split, those after it in the same block are', async () => {
    await have({
      models: [model(a), model(b)],
      links: [link(b, a, 100_000, 'ABSOLUTE', 10, 5)],
      fees: [
        fee(A, 9, 0, 'f1', b, 1000),
        fee(A, 10, 4, 'f2', b, 1000),
        fee(A, 10, 6, 'f3', b, 1000),
        fee(A, 11, 0, 'f4', b, 1000),
      ],
    })
    expect((await flow({ model: a, direction: 'IN' })).totals).toMatchObject([{ entitled: 200n }])
    expect((await flow({ model: b, direction: 'IN' })).totals).toMatchObject([{ entitled: 3800n }])
    expect((await flow({ model: b, direction: 'OUT' })).totals).toMatchObject([{ entitled: 200n }])
  })

  test('LAP is paid once a path of a diamond, and floored once for all that a descendant received', async () => {
    await have({
      models: [a, b, c, d].map(id => model(id)),
      links: [
        link(d, b, 10_000, 'ABSOLUTE'),
        link(d, c, 10_000, 'ABSOLUTE'),
        link(b, a, 50_000, 'ABSOLUTE'),
        link(c, a, 50_000, 'ABSOLUTE'),
      ],
      // 10 % of 17 and of 8, twice: 1 + 1 + 0 + 0 a payment, but 5 of the 50 in all
      fees: [17, 17, 8, 8].map((net, i) => fee(A, 5 + i, 0, `f${i}`, d, net)),
    })
    expect((await flow({ model: a, direction: 'IN' })).totals).toMatchObject([{ entitled: 5n }])
  })

  /** A link of Story's LRP policy contract, percent of 100,000,000. */
  const lrp = (child: string, parent: string, percent: number): Row => ({
    ...link(child, parent, Math.floor(percent / 100)),
    share_numerator: percent,
    share_denominator: 100_000_000,
    policy_contract_id: `${A}:0x9156`,
  })

  test('LRP floors the percentage at each link, then the amount, then what the ancestor owes of it', async () => {
    await have({
      models: [a, b, c].map(id => model(id)),
      links: [lrp(c, b, 33_333_333), lrp(b, a, 33_333_333)],
      fees: [100, 33].map((net, i) => fee(A, 5 + i, 0, `f${i}`, c, net)),
      accruals: [accrual(A, 7, 0, { to: b, from: c, by: ALICE, amount: 29 })],
    })
    // percent(c, a) = ⌊33,333,333² / 10^8⌋ = 11,111,110: ⌊133 × 0.1111111⌋ = 14
    expect((await flow({ model: a, direction: 'IN' })).totals).toMatchObject([{ entitled: 14n, owed: 14n }])
    // ⌊133 × 0.33333333⌋ = 44, less ⌊44 × 0.33333333⌋ = 14
    expect((await flow({ model: b, direction: 'IN' })).totals).toMatchObject([
      { entitled: 30n, accrued: 29n, owed: 1n, overpaid: 0n },
    ])
    // a payment leaves its receiver what the policy contract does not take: 100 − 33, and 33 − ⌊10.99⌋
    expect((await flow({ model: c, direction: 'IN' })).totals).toMatchObject([{ entitled: 90n }])
  })

  test('a share with more places than a ppm is worked with as it is', async () => {
    const exact = { share_numerator: 33_333_333, share_denominator: 100_000_000 }
    await have({
      models: [a, b].map(id => model(id)),
      links: [{ ...link(b, a, 333_333, 'ABSOLUTE'), ...exact }],
      fees: [fee(A, 5, 0, 'f', b, 100_000_000)],
    })
    expect((await flow({ model: a, direction: 'IN' })).totals).toMatchObject([{ entitled: 33_333_333n }])
  })

  test('edges are the transfers themselves where no hops are told', async () => {
    await have({
      models: [a, b].map(id => model(id)),
      links: [link(b, a, 100_000, 'ABSOLUTE')],
      accruals: [
        accrual(A, 5, 0, { to: a, from: b, by: ALICE, amount: 7 }),
        accrual(A, 6, 0, { to: a, from: b, by: ALICE, amount: 3 }),
        accrual(A, 6, 1, { to: a, from: b, by: ALICE, amount: 100, kind: 'HOLDING' }),
      ],
    })
    const expected = [{ from: b, to: a, tokenId: USDC, amount: 10n, count: 2 }]
    expect((await flow({ model: a, direction: 'IN' })).edges).toEqual(expected)
    expect((await flow({ model: b, direction: 'OUT' })).edges).toEqual(expected)
    expect((await flow({ model: a, direction: 'IN' })).totals).toMatchObject([
      { accrued: 10n, owed: 0n, overpaid: 10n },
    ])
  })
})

describe('the reference protocol on two chains', () => {
  const other = { [A]: B, [B]: A } as Record<string, string>
  const tokenOf = { [A]: USDC, [B]: USDC_B } as Record<string, string>

  const scenario = fc.record({
    models: fc.array(
      fc.array(
        fc.record({
          back: fc.integer({ min: 1, max: 8 }),
          foreign: fc.boolean(),
          ppm: fc.integer({ min: 1, max: 240_000 }),
        }),
        { maxLength: 4 },
      ),
      { minLength: 3, maxLength: 10 },
    ),
    fees: fc.array(
      fc.record({
        at: fc.nat(),
        net: fc.constantFrom(1000n, 999_999n, 10n ** 18n + 7n),
        delivered: fc.boolean(),
      }),
      { minLength: 1, maxLength: 8 },
    ),
  })

  test('entitled less accrued is what messages that nobody has delivered carry, to the wei', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ models, fees }) => {
        await database.pool.query(
          'TRUNCATE model, lineage_edge, usage_fee, royalty_hop, royalty_accrual, cross_chain_transfer',
        )
        const ids = models.map((_, i) => `${i % 2 ? B : A}/reference:${i}`)
        const world: World = { parents: new Map() }
        const links: Row[] = []
        for (const [i, parents] of models.entries()) {
          for (const { back, foreign, ppm } of parents) {
            const parent = ids[i - (foreign ? 2 * back - 1 : 2 * back)]
            const known = world.parents.get(ids[i]!) ?? []
            if (parent === undefined || known.some(({ to }) => to === parent)) continue
            world.parents.set(ids[i]!, [...known, { to: parent, ppm: BigInt(ppm) }])
            links.push(link(ids[i]!, parent, ppm))
          }
        }
        const rows = { fees: [] as Row[], hops: [] as Row[], accruals: [] as Row[], transfers: [] as Row[] }
        const owed = new Map<string, bigint>()
        const kept = new Map<string, bigint>()
        const fromFee = new Map<string, bigint>()
        let log = 0
        const play = (
          entry: string,
          amount: bigint,
          feeId: string,
          paid: string,
          message?: Message & { guid: string },
        ) => {
          const chain = chainOf(entry)
          const { credits, hops, messages } = routeByHand(world, entry, amount, message)
          const at = () => fact(chain, 10, log++)
          for (const hop of hops) {
            const columns = {
              from_model_id: hop.from,
              to_model_id: hop.to,
              token_id: tokenOf[chain],
              amount: `${hop.amount}`,
            }
            rows.hops.push({ ...at(), ...columns, share_ppm: 1, fee_id: feeId })
          }
          for (const { model: to, from, amount: part } of credits) {
            kept.set(to, (kept.get(to) ?? 0n) + part)
            if (to !== paid) fromFee.set(paid, (fromFee.get(paid) ?? 0n) + part)
            rows.accruals.push(
              accrual(chain, 10, log++, {
                to,
                from,
                by: ALICE,
                amount: part,
                token: tokenOf[chain],
                fee: feeId,
                guid: message?.guid,
              }),
            )
          }
          return messages
        }
        const transfer = (chain: string, direction: string, guid: string, m: Message, feeId: string) =>
          rows.transfers.push({
            ...fact(chain, 10, log++),
            id: `${guid}:${direction}`,
            guid,
            direction,
            from_model_id: m.from,
            to_model_id: m.to,
            token_id: tokenOf[chain],
            amount: `${m.amount}`,
            fee_id: feeId,
          })
        let number = 0
        for (const { at, net, delivered } of fees) {
          const paid = ids[at % ids.length]!
          const feeId = `${chainOf(paid)}/fee:${number++}`
          rows.fees.push({
            ...fee(chainOf(paid), 10, log++, feeId, paid, net),
            token_id: tokenOf[chainOf(paid)],
          })
          const queue = play(paid, net, feeId, paid).map(message => ({ message, feeId }))
          for (const { message, feeId: sentBy } of queue) {
            const guid = `0x${number++}`
            const there = other[chainOf(message.from)]!
            transfer(chainOf(message.from), 'SENT', guid, message, sentBy)
            if (!delivered) {
              // what would arrive, model by model, with what would go on from there
              for (const rest = [message]; rest.length > 0; ) {
                const m = rest.pop()!
                const { credits, messages } = routeByHand(world, m.to, m.amount, m)
                for (const { model: to, amount } of credits) owed.set(to, (owed.get(to) ?? 0n) + amount)
                rest.push(...messages)
              }
              continue
            }
            const receipt = `${there}/fee:${number++}`
            transfer(there, 'RECEIVED', guid, message, receipt)
            queue.push(
              ...play(message.to, message.amount, receipt, paid, { ...message, guid }).map(m => ({
                message: m,
                feeId: receipt,
              })),
            )
          }
        }
        await have({ models: ids.map(id => model(id)), links, fees: rows.fees, accruals: rows.accruals })
        await insert(database.pool, 'royalty_hop', rows.hops)
        await insert(database.pool, 'cross_chain_transfer', rows.transfers)

        for (const id of ids) {
          const { totals, nodes, truncated } = await flow({ model: id, direction: 'IN' })
          const total = (key: 'entitled' | 'accrued' | 'owed') => totals.reduce((sum, t) => sum + t[key], 0n)
          expect(truncated).toBe(false)
          expect(total('accrued')).toBe(kept.get(id) ?? 0n)
          expect(total('owed')).toBe(owed.get(id) ?? 0n)
          const all = nodes.flatMap(node => node.amounts).reduce((sum, { entitled }) => sum + entitled, 0n)
          expect(all).toBe(total('entitled'))
          const out = await flow({ model: id, direction: 'OUT' })
          expect(out.totals.reduce((sum, t) => sum + t.accrued, 0n)).toBe(fromFee.get(id) ?? 0n)
          const hops = rows.hops.filter(hop => ids.indexOf(hop.to_model_id as string) >= 0)
          const into = hops
            .filter(hop => hop.to_model_id === id)
            .reduce((sum, hop) => sum + BigInt(hop.amount as string), 0n)
          const { edges } = await flow({ model: id, direction: 'IN' })
          expect(edges.filter(e => e.to === id).reduce((sum, e) => sum + e.amount, 0n)).toBe(into)
        }
      }),
      { numRuns: 30 },
    )
  }, 240_000)

  test('an amount is named in the token of the chain where it arrives, once a delivery has shown which that is', async () => {
    const [parent, child] = [`${A}/reference:1`, `${B}/reference:1`]
    await have({
      models: [model(parent), model(child)],
      links: [link(child, parent, 500_000)],
      fees: [
        { ...fee(B, 5, 0, 'f1', child, 100), token_id: USDC_B },
        { ...fee(B, 6, 0, 'f2', child, 100), token_id: 'unseen' },
      ],
    })
    const ends = ['SENT', 'RECEIVED'].map(direction => ({
      ...fact(direction === 'SENT' ? B : A, 5, 1),
      id: direction,
      guid: '0x1',
      direction,
      from_model_id: child,
      to_model_id: parent,
      token_id: direction === 'SENT' ? USDC_B : WETH,
      amount: '50',
    }))
    await insert(database.pool, 'cross_chain_transfer', ends)
    const { totals } = await flow({ model: parent, direction: 'IN' })
    expect(totals.map(({ token, entitled }) => [token, entitled])).toEqual([
      [WETH, 50n],
      ['unseen', 50n],
    ])
  })
})
