import fc from 'fast-check'
import type { AbiParameter, Hex } from 'viem'

/** Addresses that events name, few enough that one event's is another's. */
export const ADDRESSES = Array.from({ length: 6 }, (_, n) => addressOf(0xa0 + n))
const ZERO = addressOf(0)

export function addressOf(n: number): Hex {
  return `0x${n.toString(16).padStart(40, '0')}`
}

/**
 * Values of an ABI type: its extremes, what breaks somebody (Postgres, UTF-8, JSON, numbers of 53 bits), and small ones
 * that meet.
 *
 * @param addresses what an address may be besides accounts
 */
export function arbitraryOf(parameter: AbiParameter, addresses: readonly Hex[]): fc.Arbitrary<unknown> {
  const { type } = parameter
  if (type.endsWith('[]')) {
    return fc.array(arbitraryOf({ ...parameter, type: type.slice(0, -2) }, addresses), { maxLength: 3 })
  }
  const integer = /^(u?)int(\d+)$/.exec(type)
  if (integer) return integerOf(Number(integer[2]), integer[1] === 'u')
  const size = /^bytes(\d+)$/.exec(type)
  if (size) return fc.oneof(fc.constantFrom(1, 2, 3), fc.nat()).map(n => wordOf(n, Number(size[1])))
  switch (type) {
    case 'address':
      return fc.oneof(
        { arbitrary: fc.constantFrom(...ADDRESSES, ...addresses), weight: 9 },
        fc.constantFrom(ZERO, `0x${'f'.repeat(40)}` as Hex),
      )
    case 'bool':
      return fc.boolean()
    case 'string':
      return text
    case 'bytes':
      return fc.uint8Array({ maxLength: 600 }).map(bytes => `0x${Buffer.from(bytes).toString('hex')}`)
    case 'tuple': {
      const { components } = parameter as { components: readonly AbiParameter[] }
      return fc.record(Object.fromEntries(components.map(one => [one.name!, arbitraryOf(one, addresses)])))
    }
    default:
      throw new Error(`no values of type ${type}`)
  }
}

function integerOf(bits: number, isUnsigned: boolean): fc.Arbitrary<bigint | number> {
  const [least, most] = isUnsigned
    ? [0n, 2n ** BigInt(bits) - 1n]
    : [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1) - 1n]
  const edges = [least, most, most - 1n, most / 2n, most / 2n + 1n, 2n ** 31n, 2n ** 53n, 2n ** 63n]
  const values = fc.oneof(
    { arbitrary: fc.bigInt({ min: 0n, max: 4n }), weight: 5 },
    { arbitrary: fc.constantFrom(...edges.filter(edge => edge >= least && edge <= most)), weight: 4 },
    fc.bigInt({ min: least, max: most }),
  )
  return bits <= 48 ? values.map(Number) : values // as viem takes them
}

const text = fc.oneof(
  { arbitrary: fc.constantFrom('eip155:1/reference:1', 'eip155:31337/reference:2'), weight: 3 },
  fc.constantFrom(
    '',
    'a\0b',
    '🜁 模型',
    'é\u0301\u202e',
    '=1+1',
    '\\ " \' ; -- $1 {} NULL',
    'x'.repeat(9_000),
    '模'.repeat(40_000),
    `eip155:1/reference:${'9'.repeat(128)}`,
    `eip155:1/reference:${'9'.repeat(3_000)}`,
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

function wordOf(n: number, bytes: number): string {
  return `0x${n.toString(16).padStart(bytes * 2, '0')}`
}
