import { encodeAbiParameters, encodeEventTopics, parseAbi } from 'viem'
import { expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import type { DomainEvent } from '../../../src/ledger/events'
import { erc4626 } from '../../../src/protocols/erc4626/erc4626'
import { offsetOf } from '../../../src/protocols/erc4626/valuation'
import type { Answer, ProtocolLog } from '../../../src/protocols/protocol'

const VAULT = `0x${'a1'.repeat(20)}` as const
const ANN = `0x${'a2'.repeat(20)}` as const
const COIN = 'c0'.repeat(20)
const abi = parseAbi([
  'event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares)',
])
const source: Source = {
  protocol: erc4626,
  deployment: { contracts: { vault: VAULT }, firstBlock: 1, models: {} },
}
const deposit: ProtocolLog = {
  address: VAULT,
  topics: encodeEventTopics({ abi, args: { sender: ANN, owner: ANN } }) as string[],
  data: encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [5n, 6n]),
  block: 1,
  blockHash: '0x1',
  time: 0,
  transaction: '0x2',
  logIndex: 0,
}

/** Events of a deposit, where asset() is answered so, and all else not. */
function eventsWith(asset: Answer): DomainEvent[] {
  const answers = new Answers()
  for (;;) {
    const events = [...decodeEach('eip155:1', [source], [deposit], new Map(), undefined, answers)].flat()
    const missing = answers.takeMissing()
    if (missing.length === 0) return events
    for (const one of missing) answers.learn(one, one.once ? asset : { kind: 'unanswered' })
  }
}
const kinds = (asset: Answer) => eventsWith(asset).map(({ kind }) => kind)

test('a vault whose asset no endpoint tells has no pool before one does, and what is pending is kept', () => {
  expect(kinds({ kind: 'unanswered' }).filter(kind => kind !== 'readUnanswered')).toEqual(['staked'])
  expect(kinds({ kind: 'unanswered' }).filter(kind => kind === 'readUnanswered').length).toBe(4)
  const told = kinds({ kind: 'returned', data: `0x${'0'.repeat(24)}${COIN}${'ff'.repeat(20_000)}` })
  expect(told.slice(0, 2)).toEqual(['poolCreated', 'staked'])
})

test.each<[string, Answer]>([
  ['reverts', { kind: 'reverted' }],
  ['is nothing', { kind: 'returned', data: '0x' }],
  ['is cut short', { kind: 'returned', data: `0x${'0'.repeat(24)}${COIN.slice(2)}` }],
  ['is the zero address', { kind: 'returned', data: `0x${'0'.repeat(64)}` }],
  ['is more than an address', { kind: 'returned', data: `0x${'f'.repeat(64)}` }],
])('a contract whose asset() %s is no vault: its log is kept with the reason', (_, asset) => {
  expect(eventsWith(asset)).toMatchObject([
    { kind: 'logRejected', reason: expect.stringContaining('asset()') },
  ])
})

test('the offset is what the contract rounds by, and none where it converts by something else', () => {
  const probe = 2n ** 127n
  const [assets, supply] = [1_000_003n, 999_983n * 10n ** 6n]
  const worth = (more: bigint, shares: bigint) => (probe * (assets + more)) / (supply + shares)
  expect(offsetOf(assets, supply, worth(1n, 10n ** 6n))).toEqual({ assets: 1n, shares: 10n ** 6n })
  expect(offsetOf(assets, supply, worth(1n, 1n))).toEqual({ assets: 1n, shares: 1n })
  expect(offsetOf(assets, supply, worth(0n, 0n))).toEqual({ assets: 0n, shares: 0n })
  expect(offsetOf(assets, supply, worth(2n, 1n))).toBeUndefined()
  expect(offsetOf(0n, 0n, 0n)).toBeUndefined()
})
