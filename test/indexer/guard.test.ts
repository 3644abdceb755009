import { describe, expect, test } from 'vitest'
import { misfitOf } from '../../src/indexer/guard'
import { keepRejected } from '../../src/indexer/rejectedLogs'
import type { DomainEvent } from '../../src/ledger/events'
import { longText, shortText } from '../../src/ledger/freeText'
import { LedgerState } from '../../src/ledger/state'
import {
  Attestation,
  Model,
  RejectedLog,
  RoyaltyBalance,
  StakeEvent,
  StakePool,
  StakePosition,
} from '../../src/model'
import { account, Memory, MODEL, origins, POOL, TOKEN } from '../ledger/memory'

const origin = {
  chain: 'eip155:31337',
  protocol: 'reference',
  contract: '0xaa',
  block: 1,
  time: new Date(1_767_225_600_000),
  transaction: '0x01',
  logIndex: 0,
}
const model = (change: Partial<Model> = {}) =>
  new Model({
    id: MODEL,
    kind: 'MODEL' as Model['kind'],
    nftId: null,
    tokenId: null,
    ownerId: null,
    creatorId: null,
    name: null,
    metadataUri: null,
    contentHash: null,
    version: 1,
    forkRoyaltyPpm: null,
    groupPoolId: null,
    taintCount: 0,
    tainted: false,
    suspended: false,
    ...origin,
    ...change,
  })
const event = (change: Partial<StakeEvent> = {}) =>
  new StakeEvent({
    id: 'eip155:31337/0000000001-00000',
    kind: 'STAKE' as StakeEvent['kind'],
    poolId: POOL,
    modelId: MODEL,
    assetId: TOKEN,
    accountId: account(1),
    sharesDelta: 0n,
    activeDelta: 0n,
    exitingDelta: 0n,
    ...origin,
    ...change,
  })
const wrong = (change: Partial<Model>) => misfitOf(Model, model(change), false)

describe('a row fits as far as its columns do', () => {
  test('amounts of one word have 78 digits, and are below 0 only where they are signed', () => {
    expect(wrong({ tokenId: 2n ** 256n - 1n })).toBeUndefined()
    expect(wrong({ tokenId: 10n ** 78n })).toBe('Model.tokenId has more than 78 digits')
    expect(wrong({ tokenId: -1n })).toBe('Model.tokenId is below 0: -1')
    expect(misfitOf(StakeEvent, event({ sharesDelta: -(2n ** 256n - 1n) }), false)).toBeUndefined()
    expect(misfitOf(StakeEvent, event({ sharesDelta: -(10n ** 78n) }), false)).toMatch(/more than 78 digits/)
  })

  test('sums have 308 digits, whose nearest float is one', () => {
    const balance = (accrued: bigint) =>
      misfitOf(
        RoyaltyBalance,
        new RoyaltyBalance({
          id: 'a|t',
          chain: 'eip155:1',
          accountId: 'a',
          tokenId: 't',
          accrued,
          claimed: 0n,
        }),
        false,
      )
    expect(balance(10n ** 308n - 1n)).toBeUndefined()
    expect(Number(10n ** 308n - 1n)).toBeLessThan(Number.POSITIVE_INFINITY)
    expect(balance(-(10n ** 308n - 1n))).toBeUndefined()
    expect(balance(10n ** 308n)).toBe('RoyaltyBalance.accrued has more than 308 digits')
  })

  test('integers have 32 bits', () => {
    expect(wrong({ version: 2 ** 31 - 1 })).toBeUndefined()
    expect(wrong({ version: 2 ** 31 })).toBe('Model.version is 2147483648, not an integer of 32 bits')
    expect(wrong({ version: 1.5 })).toMatch(/not an integer/)
    expect(wrong({ version: Number.NaN })).toMatch(/not an integer/)
    expect(wrong({ forkRoyaltyPpm: 2 ** 32 - 1 })).toMatch(/forkRoyaltyPpm is 4294967295/)
  })

  test('times are of years with four digits', () => {
    expect(wrong({ time: new Date(Date.UTC(9998, 11, 31)) })).toBeUndefined()
    for (const ms of [Number.NaN, 8.64e15, Date.UTC(10000, 0, 1), -1]) {
      expect(wrong({ time: new Date(ms) })).toBe('Model.time is no time of the years 1970 to 9998')
    }
  })

  test('texts can be kept by Postgres, and those with an index are short enough for it', () => {
    expect(wrong({ name: 'a\u0000b' })).toBe('Model.name holds a NUL, which Postgres cannot keep')
    expect(wrong({ name: 'a\ud83d' })).toMatch(/half a surrogate pair/)
    expect(wrong({ name: '🜁' })).toBeUndefined()
    expect(wrong({ name: 'x'.repeat(131_073) })).toBe('Model.name has more than 131072 bytes')
    expect(wrong({ nftId: 'x'.repeat(2_600) })).toBeUndefined()
    expect(wrong({ nftId: 'x'.repeat(2_601) })).toBe('Model.nftId has more than 2600 bytes')
    expect(wrong({ nftId: '模'.repeat(867) })).toBe('Model.nftId has more than 2600 bytes')
    expect(wrong({ kind: 'SOMETHING_LONGER' as Model['kind'] })).toMatch(/Model.kind has more than 9 bytes/)
  })

  test('what must be there is there, and is what the column holds', () => {
    expect(wrong({ version: undefined })).toBe('Model.version has no value')
    expect(wrong({ tainted: 'yes' as unknown as boolean })).toBe('Model.tainted is yes, not a boolean')
    expect(wrong({ tokenId: 5 as unknown as bigint })).toBe('Model.tokenId is 5, not an integer')
    expect(wrong({ name: 5n as unknown as string })).toBe('Model.name is 5, not a text')
  })

  test('a quick look at figures sees all but texts', () => {
    expect(misfitOf(Model, model({ nftId: 'x'.repeat(3_000) }), true)).toBeUndefined()
    expect(misfitOf(Model, model({ version: 2 ** 31 }), true)).toMatch(/version/)
  })
})

describe('through a fold', () => {
  test('an event whose row does not fit is rejected, and the pool counts the others', async () => {
    const next = origins()
    const memory = new Memory(misfitOf)
    const pool = { pool: POOL, poolKind: 'DIRECT' as const, model: MODEL, asset: TOKEN }
    const stake = (assets: bigint, shares = 1n): DomainEvent => ({
      kind: 'staked',
      origin: next(),
      pool: POOL,
      account: account(1),
      assets,
      shares,
    })
    const state = await memory.batch([
      {
        ...pool,
        kind: 'poolCreated',
        origin: next(),
        unbondingSeconds: 2 ** 32 - 1,
        virtualAssets: 0n,
        virtualShares: 0n,
      },
      {
        ...pool,
        kind: 'poolCreated',
        origin: next(),
        unbondingSeconds: 60,
        virtualAssets: 0n,
        virtualShares: 0n,
      },
      stake(5n),
      stake(1n, 10n ** 78n),
      stake(2n ** 256n - 1n),
      {
        kind: 'exitRequested',
        origin: next(),
        pool: POOL,
        requestId: `${POOL}/exit:1`,
        account: account(1),
        shares: 1n,
        assets: 5n,
        exitShares: 5n,
        readyAt: Number(2n ** 64n - 1n) * 1000,
      },
    ])
    expect(state.rejections().map(({ reason }) => reason)).toEqual([
      'StakePool.unbondingSeconds is 4294967295, not an integer of 32 bits',
      'StakeEvent.sharesDelta has more than 78 digits',
      'ExitRequest.readyAt is no time of the years 1970 to 9998',
    ])
    expect(memory.rows(StakePool)[0]!.activeAssets).toBe(2n ** 256n + 4n)
    expect(memory.rows(StakePosition)[0]!.shares).toBe(2n)
  })

  test('a text that a state alone holds is found at the end, and the log that brought it rejected', async () => {
    const next = origins()
    const memory = new Memory(misfitOf)
    const attested: DomainEvent = {
      kind: 'attested',
      origin: next(),
      attestation: 'eip155:31337/attestation:1',
      model: MODEL,
      attester: account(1),
      schema: 'schema',
    }
    await memory.batch([attested])
    const fork = (policyContract: string): DomainEvent => ({
      kind: 'modelForked',
      origin: next(),
      child: MODEL,
      parent: 'eip155:1/story:0x01',
      role: 'PARENT',
      ordinal: 0,
      policyContract,
    })
    const state = await memory.batch([fork('eip155:1:0x01'), fork('x\u0000')])
    expect(state.rejections().map(({ reason }) => reason)).toEqual([
      'LineageEdge.policyContractId holds a NUL, which Postgres cannot keep',
    ])
    expect(memory.rows(Attestation)).toHaveLength(1)
  })
})

test('what people write is cut to a length that a list of it can be read by, never in the middle of a character', () => {
  expect(shortText('a name')).toBe('a name')
  expect(shortText('x'.repeat(1_000_000))).toBe(`${'x'.repeat(999)}…`)
  expect(shortText('🜁'.repeat(1_000))).toBe(`${'🜁'.repeat(499)}\uFFFD…`)
  expect(shortText('a\u0000b\ud800')).toBe('a\uFFFDb\uFFFD')
  expect(longText('ipfs://'.repeat(100_000))).toHaveLength(16_384)
  expect(Buffer.byteLength(shortText('模'.repeat(5_000)))).toBeLessThan(8_000)
})

test('the row of a rejected log fits, however odd the log and its place are', () => {
  const state = new LedgerState()
  const odd = {
    ...origins()(),
    block: 2 ** 31,
    logIndex: 2 ** 40,
    time: 9e15,
    transaction: 'x'.repeat(9_999),
    contract: '\u0000',
  }
  state.reject(odd, 'because '.repeat(10_000))
  state.reject(origins()(), 'no log of that place is there')
  const log = {
    ...odd,
    address: '0x',
    topics: Array(9).fill('\ud800'),
    data: `0x${'00'.repeat(1e6)}`,
    blockHash: '0x',
  }
  expect(keepRejected(state, [log])).toBe(2)
  const rows = state.changes().flatMap(({ facts }) => facts) as RejectedLog[]
  for (const row of rows) expect(misfitOf(RejectedLog, row, false)).toBeUndefined()
  expect(rows[0]).toMatchObject({
    block: 2 ** 31 - 1,
    logIndex: 2 ** 31 - 1,
    topics: Array(4).fill('\uFFFD'),
  })
  expect(rows[0]!.reason).toMatch(
    /^because .*… \(it stands at block 2147483648, log 1099511627776, 9000000000000000 ms after 1970\)$/,
  )
})
