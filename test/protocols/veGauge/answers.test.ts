import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { events as controllerEvents } from '../../../src/abi/veGauge/gaugeController'
import { events as escrowEvents } from '../../../src/abi/veGauge/votingEscrow'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import { longestOf } from '../../../src/protocols/veGauge/maxLock'
import { veGauge } from '../../../src/protocols/veGauge/veGauge'

const CHAIN = 'eip155:31337'
const YEAR = 365 * 86_400

test('what is asked of nobody is what config says, where it names one escrow, and nothing where it names two', () => {
  const decoded = (contracts: Record<string, string>) => {
    const source = { protocol: veGauge, deployment: { contracts, firstBlock: 0 } }
    const answers = new Answers()
    for (;;) {
      const events = [...decodeEach(CHAIN, [source], logs, new Map(), undefined, answers)].flat()
      const missing = answers.takeMissing()
      for (const one of missing) answers.learn(one, { kind: 'unanswered' })
      if (missing.length === 0) return events.filter(({ kind }) => kind !== 'readUnanswered')
    }
  }
  const log = (address: Hex, topics: Hex[], words: bigint[], logIndex: number): ProtocolLog => ({
    address,
    topics,
    data: `0x${words.map(word => word.toString(16).padStart(64, '0')).join('')}`,
    block: 1,
    blockHash: '0x1',
    time: 1_767_225_600_000,
    transaction: '0x2',
    logIndex,
  })
  const [ve, gc, coin, ann] = ['e1', 'e2', 'e3', 'e4'].map(byte => `0x${byte.repeat(20)}` as Hex) as [
    Hex,
    Hex,
    Hex,
    Hex,
  ]
  const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, '0')}`
  const logs = [
    log(
      ve,
      [escrowEvents.Deposit.topic as Hex, word(BigInt(ann)), word(1_800_000_000n)],
      [10n ** 20n, 1n, 0n],
      0,
    ),
    log(gc, [controllerEvents.VoteForGauge.topic as Hex], [0n, BigInt(ann), 5n, 100n], 1),
  ]
  const one = decoded({ votingEscrow: ve, gaugeController: gc, token: coin })
  expect(one).toMatchObject([
    { kind: 'poolCreated', asset: `${CHAIN}/erc20:${coin}`, escrow: { maxLockSeconds: 4 * YEAR } },
    { kind: 'voteLockChanged', amount: 10n ** 20n },
    { kind: 'steeringVoteCast', pool: `${CHAIN}/pool:${ve}` },
  ])
  const two = { [`votingEscrow@${ve}`]: ve, [`votingEscrow@${ann}`]: ann, gaugeController: gc, token: coin }
  expect(decoded(two).map(({ kind }) => kind)).toEqual(['voteLockChanged'])
})

test('the longest lock follows from the first, where that is of enough', () => {
  for (const longest of [YEAR, 4 * YEAR, 2 * YEAR + 86_400 * 7])
    for (const amount of [10n ** 18n + 3n, 10n ** 12n, 10n ** 30n])
      expect(longestOf(amount, amount / BigInt(longest))).toBe(longest)
  expect(longestOf(10n ** 24n, 10n ** 24n / 126_403_199n)).toBe(126_403_199)
  for (const [amount, slope] of [
    [1n, 0n],
    [0n, 0n],
    [5n, 9n],
    [1000n, 1n],
    [-5n, 2n],
    [2n ** 127n, 2n],
  ] as const)
    expect(longestOf(amount, slope)).toBeUndefined()
})
