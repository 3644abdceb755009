import { expect, test } from 'vitest'
import type { Discovered } from '../../../src/indexer/contracts'
import { decode } from '../../../src/indexer/decode'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import {
  address,
  ann,
  at,
  ben,
  CHAIN,
  created,
  type Emitted,
  emit,
  inBlock,
  move,
  source,
  tba,
} from './emitted'

/*
 * Whoever sends a transaction decides how many logs it has, and anyone can have a curve's token, VIRTUAL and a veToken
 * move, trade, and prompt. Each of these logs is looked at with its neighbours.
 */

const [fun, pair, veToken] = [address(0x31), address(0x32), address(0x33)]
const known: Discovered = new Map(
  [
    [fun, 'curveToken'],
    [pair, 'curvePair'],
    [veToken, 'agentVeToken'],
  ].map(([of, role]) => [of!, { protocol: 'virtuals', role: role! }]),
)

/** Nothing of it fits its neighbours soon: moves that no swap is about, swaps that look for moves long before. */
function hostile(rounds: number): Emitted[] {
  const emitted: Emitted[] = []
  for (let i = 1n; i <= BigInt(rounds); i++) {
    emitted.push(
      move(fun, pair, ann, i),
      move(fun, ben, pair, 10n ** 9n + i),
      move(at.virtual!, ann, ben, i),
      move(veToken, address(0), ann, i),
      emit(at.agentInference!, 'Prompt', [ben, `0x${'1'.repeat(64)}`, 0n, i, [0]]),
      emit(at.agentTax!, 'SwapExecuted', [1n, i, i]),
    )
  }
  for (let i = 1n; i <= BigInt(rounds); i++) emitted.push(emit(pair, 'Swap', [0n, i, i, 0n]))
  const prompt = emit(at.agentInference!, 'Prompt', [ben, `0x${'1'.repeat(64)}`, 1n, 5n, [0]])
  return [...emitted, move(at.virtual!, ben, tba, 5n), prompt, ...created()]
}

/** How often a log was looked at, for each log. */
function steps(emitted: Emitted[]): { perLog: number; logs: number; kinds: Set<string> } {
  let looks = 0
  const logs = inBlock(1, emitted).map(
    log =>
      new Proxy(log, {
        get(target, name) {
          looks++
          return target[name as keyof ProtocolLog]
        },
      }),
  )
  const events = decode(CHAIN, [source], logs, known)
  return { perLog: looks / logs.length, logs: logs.length, kinds: new Set(events.map(({ kind }) => kind)) }
}

test('each log of a transaction costs as many steps in a long transaction as in a short one', () => {
  const short = steps(hostile(100))
  const long = steps(hostile(3_000))
  expect(long.logs).toBeGreaterThan(20_000)
  for (const kind of ['curveTraded', 'curveTokenMoved', 'staked', 'feePaid', 'logRejected'])
    expect(long.kinds).toContain(kind)
  expect(long.perLog).toBeLessThan(short.perLog * 1.2)
  expect(long.perLog).toBeLessThan(100)
})
