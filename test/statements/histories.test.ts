import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DomainEvent, Origin } from '../../src/ledger/events'
import type { EntityClass, Row } from '../../src/ledger/state'
import { Account, RoyaltyAccrual, RoyaltyClaim, RoyaltyVault, Token, VaultCredit } from '../../src/model'
import { type Snapshot, withSnapshot } from '../../src/postgres/snapshot'
import type { StatementLine } from '../../src/statements/lines'
import { buildStatement, type Statement } from '../../src/statements/statement'
import { freshDatabase, type TestDatabase } from '../fixtures/database'
import { account, CHAIN, Memory } from '../ledger/memory'
import { insertEntities } from '../royalties/tables'
import { GENESIS, hashOf, setHeights, timeOf } from './rows'

/*
 * Given random histories of payments, vaults that hold each other's royalty tokens, moves of these and claims: what
 * the statements of all accounts say is what an exact model (rationals; no debts, no days, no SQL) says, to the wei.
 */

const TOKENS = [0xc0, 0xc1].map(n => `${CHAIN}/erc20:0x${n.toString(16).padStart(40, '0')}`)
const PEOPLE = [1, 2, 3].map(account)
const VAULTS = [0xf1, 0xf2].map(account)
const ACCOUNTS = [...PEOPLE, ...VAULTS]
const MODELS = VAULTS.map((_, i) => `${CHAIN}/story:${i + 1}`)
const TABLES = [
  ['royalty_accrual', RoyaltyAccrual],
  ['vault_credit', VaultCredit],
  ['royalty_claim', RoyaltyClaim],
  ['royalty_vault', RoyaltyVault],
  ['account', Account],
  ['token', Token],
] as [string, EntityClass<Row>][]

let database: TestDatabase

beforeAll(async () => {
  database = await freshDatabase()
  await setHeights(database.pool, CHAIN, 200)
})
afterAll(() => database?.drop())

const wei = fc.oneof(fc.bigInt({ min: 1n, max: 20n }), fc.bigInt({ min: 1n, max: 10n ** 40n }))
const step = fc.record({
  what: fc.constantFrom('accrue', 'pay', 'pay', 'claim', 'claimVault', 'claimVault', 'move', 'move'),
  who: fc.nat(ACCOUNTS.length - 1),
  other: fc.nat(ACCOUNTS.length - 1),
  vault: fc.nat(VAULTS.length - 1),
  token: fc.constantFrom(...TOKENS),
  amount: wei,
  /** what the vault's revenue is explained by, if by anything */
  why: fc.constantFrom('PAID', 'ANCESTOR', 'NOTHING'),
  /** percent of what could be claimed or moved */
  part: fc.integer({ min: 1, max: 100 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Of one vault: royalty tokens, and what each holder earned × supply, exactly. */
class VaultByHand {
  readonly shares = new Map<string, bigint>()
  readonly earned = new Map<string, bigint>()
  readonly claimed = new Map<string, bigint>()

  constructor(readonly supply: bigint) {}

  pay(token: string, amount: bigint): void {
    for (const [holder, shares] of this.shares) add(this.earned, `${holder}|${token}`, amount * shares)
  }

  claimable(holder: string, token: string): bigint {
    const key = `${holder}|${token}`
    return (this.earned.get(key) ?? 0n) / this.supply - (this.claimed.get(key) ?? 0n)
  }

  /** What floors keep from all holders: whole wei, and less than one a holder. */
  dust(token: string): bigint {
    const of = [...this.earned].filter(([key]) => key.endsWith(`|${token}`))
    const rest = of.reduce((sum, [, earned]) => sum + (earned % this.supply), 0n)
    expect(rest % this.supply).toBe(0n)
    expect(rest / this.supply).toBeLessThan(BigInt(Math.max(of.length, 1)))
    return rest / this.supply
  }
}

class World {
  readonly events: DomainEvent[][] = []
  readonly vaults: VaultByHand[]
  /** of what accrued to accounts at once */
  readonly balances = new Map<string, bigint>()
  readonly paidIn = new Map<string, bigint>()
  readonly paidOut = new Map<string, bigint>()

  constructor(supply: bigint) {
    this.vaults = VAULTS.map(() => new VaultByHand(supply))
    for (const [i, vault] of VAULTS.entries()) {
      this.vaults[i]!.shares.set(PEOPLE[0]!, supply)
      this.transaction(next => [
        { kind: 'modelRegistered', origin: next(), model: MODELS[i]!, modelKind: 'MODEL' },
        { kind: 'vaultSharesMoved', origin: next(), vault, to: PEOPLE[0]!, shares: supply },
        { kind: 'vaultDeployed', origin: next(), vault, model: MODELS[i]! },
      ])
    }
  }

  do(step: Step): void {
    if (step.what === 'accrue') this.accrue(step)
    else if (step.what === 'pay') this.pay(step)
    else if (step.what === 'claim') this.claim(step)
    else if (step.what === 'claimVault') this.claimVault(step)
    else this.move(step)
  }

  claimable(who: string, token: string): bigint {
    const ofVaults = this.vaults.map(vault => vault.claimable(who, token))
    return ofVaults.reduce((sum, one) => sum + one, this.balances.get(`${who}|${token}`) ?? 0n)
  }

  private accrue({ who, vault, token, amount }: Step): void {
    const beneficiary = PEOPLE[who % PEOPLE.length]!
    const [from, to] = [MODELS[1 - vault]!, MODELS[vault]!]
    add(this.balances, `${beneficiary}|${token}`, amount)
    add(this.paidIn, token, amount)
    const money = { token, amount, beneficiary, patronsAmount: amount / 3n }
    this.transaction(next => [
      { kind: 'royaltyAccrued', origin: next(), accrualKind: 'ANCESTOR', from, to, ...money },
    ])
  }

  private pay({ vault, token, amount, why, who }: Step): void {
    const model = MODELS[vault]!
    this.vaults[vault]!.pay(token, amount)
    add(this.paidIn, token, amount)
    this.transaction(next => {
      const events: DomainEvent[] = [
        { kind: 'vaultRevenueAdded', origin: next(), vault: VAULTS[vault]!, token, amount },
      ]
      const origin = next()
      const from = MODELS[1 - vault]!
      if (why === 'ANCESTOR')
        events.push({ kind: 'royaltyAccrued', origin, accrualKind: why, from, to: model, token, amount })
      if (why === 'PAID') {
        const fee = `${CHAIN}/fee:${origin.block}`
        const paid = { gross: amount + 5n, protocolFee: 3n, net: amount + 2n, payer: PEOPLE[who % 3]!, token }
        events.push({ kind: 'vaultPaid', origin, fee, feeKind: 'USAGE', model, ...paid })
      }
      return events
    })
  }

  private claim({ who, token, part }: Step): void {
    const account = PEOPLE[who % PEOPLE.length]!
    const amount = ((this.balances.get(`${account}|${token}`) ?? 0n) * BigInt(part)) / 100n
    if (amount === 0n) return
    add(this.balances, `${account}|${token}`, -amount)
    add(this.paidOut, token, amount)
    this.transaction(next => [{ kind: 'royaltyClaimed', origin: next(), account, token, amount }])
  }

  /** A vault that claims has so much revenue itself. */
  private claimVault({ who, vault, token, part }: Step): void {
    const holder = ACCOUNTS[who]!
    const amount = (this.vaults[vault]!.claimable(holder, token) * BigInt(part)) / 100n
    if (amount === 0n) return
    add(this.vaults[vault]!.claimed, `${holder}|${token}`, amount)
    const own = VAULTS.indexOf(holder)
    if (own >= 0) this.vaults[own]!.pay(token, amount)
    else add(this.paidOut, token, amount)
    this.transaction(next => {
      const claim = { token, amount, account: holder, vault: VAULTS[vault]! }
      const events: DomainEvent[] = [{ kind: 'royaltyClaimed', origin: next(), ...claim }]
      if (own >= 0) events.push({ kind: 'vaultRevenueAdded', origin: next(), vault: holder, token, amount })
      return events
    })
  }

  private move({ who, other, vault, part }: Step): void {
    const [from, to] = [ACCOUNTS[who]!, ACCOUNTS[other]!]
    const { shares } = this.vaults[vault]!
    const moved = ((shares.get(from) ?? 0n) * BigInt(part)) / 100n
    if (moved === 0n || from === to || to === VAULTS[vault]) return
    add(shares, from, -moved)
    add(shares, to, moved)
    this.transaction(next => [
      { kind: 'vaultSharesMoved', origin: next(), vault: VAULTS[vault]!, from, to, shares: moved },
    ])
  }

  /** Each in a block of its own, a second after the one before. */
  private transaction(events: (next: () => Origin) => DomainEvent[]): void {
    const block = this.events.length + 1
    const at = { chain: CHAIN, protocol: 'story', contract: `0x${'c'.repeat(40)}`, block }
    let logIndex = 0
    const next = () => ({
      ...at,
      time: GENESIS + block * 1000,
      transaction: hashOf(block),
      logIndex: logIndex++,
    })
    this.events.push(events(next))
  }
}

function add(to: Map<string, bigint>, key: string, amount: bigint): void {
  to.set(key, (to.get(key) ?? 0n) + amount)
}

interface Stated {
  tokens: Statement['tokens']
  lines: StatementLine[]
}

async function stated(db: Snapshot, of: string, from: number, to: number): Promise<Stated> {
  const period = { from: timeOf(from), to: timeOf(to), partial: true }
  const statement = await buildStatement(db, { account: of, ...period })
  const lines: StatementLine[] = []
  for await (const batch of statement.batches()) lines.push(...batch)
  return { tokens: statement.tokens, lines }
}

test('of any history, all accounts’ statements chain, hold all facts once, and lose no wei', async () => {
  const input = fc.record({
    steps: fc.array(step, { minLength: 10, maxLength: 60 }),
    supply: fc.constantFrom(3n, 7n, 100n, 100_000_000n),
    cuts: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 2 }),
    batch: fc.integer({ min: 1, max: 20 }),
  })
  await fc.assert(
    fc.asyncProperty(input, async ({ steps, supply, cuts, batch }) => {
      const world = new World(supply)
      for (const one of steps) world.do(one)
      const memory = new Memory()
      for (let i = 0; i < world.events.length; i += batch) {
        const state = await memory.batch(world.events.slice(i, i + batch).flat())
        expect(state.rejections()).toEqual([])
      }
      await database.pool.query(`TRUNCATE ${TABLES.map(([table]) => table).join(', ')}`)
      for (const [table, entity] of TABLES) await insertEntities(database.pool, table, memory.rows(entity))
      const known = new Set(memory.rows(Account).map(({ id }) => id))

      const closings = new Map<string, bigint>()
      const lines: string[] = []
      const bounds = [0, ...cuts.sort((a, b) => a - b), 200]
      await withSnapshot(database.pool, { timeoutMs: 30_000 }, async db => {
        for (const who of ACCOUNTS.filter(id => known.has(id))) {
          for (const [i, to] of bounds.slice(1).entries()) {
            const statement = await stated(db, who, bounds[i]!, to)
            for (const { token, opening, closing } of statement.tokens) {
              expect(opening).toBe(closings.get(`${who}|${token}`) ?? 0n)
              closings.set(`${who}|${token}`, closing)
            }
            lines.push(...statement.lines.map(line => factText({ ...line, who })))
          }
        }
      })

      for (const token of TOKENS) {
        let held = 0n
        for (const who of ACCOUNTS) {
          const closing = closings.get(`${who}|${token}`) ?? 0n
          expect(closing).toBe(world.claimable(who, token))
          held += closing
        }
        const dust = world.vaults.reduce((sum, vault) => sum + vault.dust(token), 0n)
        expect(held + (world.paidOut.get(token) ?? 0n) + dust).toBe(world.paidIn.get(token) ?? 0n)
      }

      const facts = [
        ...memory
          .rows(RoyaltyAccrual)
          .filter(({ beneficiaryId }) => !VAULTS.includes(beneficiaryId))
          .map(row => ({ ...row, kind: 'ACCRUED', token: row.tokenId, who: row.beneficiaryId })),
        ...memory
          .rows(VaultCredit)
          .map(row => ({ ...row, kind: 'ACCRUED', token: row.tokenId, who: row.accountId })),
        ...memory
          .rows(RoyaltyClaim)
          .map(row => ({ ...row, kind: 'CLAIMED', token: row.tokenId, who: row.accountId })),
      ]
      expect(lines.sort()).toEqual(facts.map(factText).sort())
    }),
    { numRuns: 8 },
  )
}, 60_000)

interface Fact {
  kind: string
  who: string
  token: string
  transaction: string
  logIndex: number
  amount: bigint
}

function factText({ kind, who, token, transaction, logIndex, amount }: Fact): string {
  return [kind, who, token, transaction, logIndex, amount].join(' ')
}
