import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AbiEvent, encodeAbiParameters, encodeEventTopics } from 'viem'
import { expect, test } from 'vitest'
import { packageRoot } from '../../../src/config/packageRoot'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import type { DomainEvent } from '../../../src/ledger/events'
import { eigenlayer } from '../../../src/protocols/eigenlayer/eigenlayer'
import type { Answer, ProtocolLog } from '../../../src/protocols/protocol'

/** How long a queued withdrawal waits is an immutable of the DelegationManager, which no log tells. */

const MANAGER = `0x${'d1'.repeat(20)}`
const staker = `0x${'a1'.repeat(20)}`
const strategy = `0x${'51'.repeat(20)}`
const abi: AbiEvent[] = JSON.parse(
  readFileSync(join(packageRoot, 'abi/eigenlayer/delegationManager.json'), 'utf8'),
)
const queuedEvent = abi.find(({ name }) => name === 'SlashingWithdrawalQueued')!

const queued: ProtocolLog = {
  address: MANAGER,
  topics: encodeEventTopics({ abi: [queuedEvent] }) as string[],
  data: encodeAbiParameters(queuedEvent.inputs, [
    `0x${'0b'.repeat(32)}`,
    {
      staker,
      delegatedTo: `0x${'0'.repeat(40)}`,
      withdrawer: staker,
      nonce: 0n,
      startBlock: 7,
      strategies: [strategy],
      scaledShares: [40n],
    },
    [40n],
  ]),
  block: 7,
  blockHash: `0x${'07'.repeat(32)}`,
  time: 1_767_225_600_000,
  transaction: `0x${'08'.repeat(32)}`,
  logIndex: 0,
}

/** What the log makes, and whether it asked: `answer` is what the contract says to whatever is asked of it. */
function delays(chain: string, answer: Answer, settings?: Record<string, number>) {
  const contracts = { allocationManager: `0x${'a2'.repeat(20)}`, delegationManager: MANAGER }
  const sources = [{ protocol: eigenlayer, deployment: { contracts, firstBlock: 0, settings } }]
  const answers = new Answers()
  const decode = () => [...decodeEach(chain, sources, [queued], new Map(), undefined, answers)].flat()
  let events: DomainEvent[] = decode()
  const asked = answers.takeMissing()
  for (const question of asked) answers.learn(question, answer)
  if (asked.length > 0) events = decode()
  return {
    asked: asked.map(({ to, call, once }) => ({ to, call, once })),
    delays: events.flatMap(event => (event.kind === 'withdrawalQueued' ? [event.delay] : [])),
  }
}

const word = (value: bigint): Answer => ({
  kind: 'returned',
  data: `0x${value.toString(16).padStart(64, '0')}`,
})

test('is the contract’s own, asked once', () => {
  expect(delays('eip155:31337', word(5n))).toEqual({
    asked: [{ to: MANAGER, call: '0xc448feb8', once: true }],
    delays: [5n],
  })
})

test('is not asked for where config gives it', () => {
  expect(delays('eip155:31337', word(5n), { withdrawalDelayBlocks: 9 })).toEqual({ asked: [], delays: [9n] })
})

test('is the network’s, where nobody answers, the contract has no such view, or what it says is no delay', () => {
  for (const answer of [
    { kind: 'unanswered' },
    { kind: 'reverted' },
    { kind: 'returned', data: '0x' },
    word(2n ** 32n),
  ] satisfies Answer[]) {
    expect(delays('eip155:1', answer).delays).toEqual([100_800n])
    expect(delays('eip155:17000', answer).delays).toEqual([50n])
  }
})
