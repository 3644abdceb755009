import fc from 'fast-check'
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex, parseAbiItem } from 'viem'
import { expect, test } from 'vitest'
import * as direct from '../../src/abi/reference/directPool'
import * as liquid from '../../src/abi/reference/liquidPool'
import * as registry from '../../src/abi/reference/modelRegistry'
import * as factory from '../../src/abi/reference/poolFactory'
import * as router from '../../src/abi/reference/royaltyRouter'
import { decodeEvent } from '../../src/protocols/decodeEvent'

type Event = Parameters<typeof decodeEvent>[0] & { params: Record<string, { indexed?: boolean }> }

const events = [direct, liquid, registry, factory, router].flatMap(
  contract => Object.values(contract.events) as unknown as Event[],
)

const address = fc
  .bigInt({ min: 0n, max: 2n ** 160n - 1n })
  .map(value => `0x${value.toString(16).padStart(40, '0')}`)

function valueOfType(type: string): fc.Arbitrary<unknown> {
  if (type.endsWith('[]')) return fc.array(valueOfType(type.slice(0, -2)), { maxLength: 3 })
  if (type === 'address') return address
  if (type === 'bool') return fc.boolean()
  if (type === 'string') return fc.string({ unit: 'grapheme' })
  if (type === 'bytes32')
    return fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(v => `0x${v.toString(16).padStart(64, '0')}`)
  const bits = Number(/^uint(\d+)$/.exec(type)![1])
  const most = 2n ** BigInt(bits) - 1n
  const value = fc.oneof(fc.constantFrom(0n, 1n, most), fc.bigInt({ min: 0n, max: most }))
  return bits <= 48 ? value.map(Number) : value
}

/** A log of the event, encoded by viem. */
function logOf(event: Event): fc.Arbitrary<{ topics: string[]; data: string }> {
  const [name, list] = event.signature.slice(0, -1).split('(') as [string, string]
  const names = Object.keys(event.params)
  const inputs = list
    .split(',')
    .map((type, i) => ({ name: names[i]!, type, indexed: event.params[names[i]!]!.indexed === true }))
  const abi = parseAbiItem(
    `event ${name}(${inputs.map(({ type, indexed, name }) => `${type} ${indexed ? 'indexed ' : ''}${name}`).join(', ')})`,
  ) as AbiEvent
  return fc.tuple(...inputs.map(({ type }) => valueOfType(type))).map(values => {
    const args = Object.fromEntries(inputs.map((input, i) => [input.name, values[i]]))
    const unindexed = inputs.filter(({ indexed }) => !indexed)
    return {
      topics: encodeEventTopics({ abi: [abi], eventName: name, args } as never) as string[],
      data: encodeAbiParameters(unindexed, unindexed.map(input => args[input.name]) as never) as Hex,
    }
  })
}

function outcome(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    return (error as Error).message
  }
}

test.each(events.map(event => [event.signature, event] as const))(
  '%s is decoded as evm-abi does',
  (_, event) => {
    fc.assert(
      fc.property(logOf(event), log => {
        expect(decodeEvent(event, log)).toEqual(event.decode(log))
      }),
      { numRuns: 50 },
    )
  },
)

test.each(events.map(event => [event.signature, event] as const))(
  '%s: a log that is damaged in any way comes to what evm-abi makes of it',
  (_, event) => {
    const damage = fc.oneof(
      fc.record({ kind: fc.constant('cut' as const), at: fc.nat() }),
      fc.record({
        kind: fc.constant('change' as const),
        at: fc.nat(),
        to: fc.constantFrom('f', '0', '8', 'z'),
      }),
      fc.record({ kind: fc.constant('topics' as const), at: fc.nat() }),
    )
    fc.assert(
      fc.property(logOf(event), damage, (log, { kind, at, ...rest }) => {
        const topics = [...log.topics]
        let { data } = log
        const place = 2 + (at % Math.max(1, data.length - 2))
        if (kind === 'cut') data = data.slice(0, place)
        else if (kind === 'change')
          data = data.slice(0, place) + (rest as { to: string }).to + data.slice(place + 1)
        else topics.splice(at % topics.length, 1)
        const damaged = { topics, data }
        expect(outcome(() => decodeEvent(event, damaged))).toEqual(outcome(() => event.decode(damaged)))
      }),
      { numRuns: 50 },
    )
  },
)
