import type { Prng } from '../../src/sandbox/scenario/prng'

/** Texts that programs stumble on. */
export const TEXTS: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  'x\udc00y',
  '\u202e𝕏é\u0301',
  '%',
  '\\',
  "'; DROP TABLE model; --",
  '" OR 1=1 --',
  '$1',
  '${7*7}',
  '__proto__',
  'constructor',
  '(a+)+$',
  '[[:alpha:]',
  '../../etc/passwd',
  '0x',
  '0xZZ',
  'eip155:1',
  'eip155:31337/reference:1',
  'eip155:31337/reference:1 eip155:31337/reference:2',
  'Model:eip155:31337/reference:1',
  'Nothing:eip155:31337/reference:1',
  '0x0000000000000000000000000000000000000001',
  'eip155:31337:0x0000000000000000000000000000000000000001',
  'A'.repeat(3000),
  `eip155:31337/reference:${'9'.repeat(20_000)}`,
  `0x${'f'.repeat(50_000)}`,
]

const WHOLE = [
  0,
  1,
  -1,
  2,
  19,
  20,
  21,
  499,
  500,
  501,
  1000,
  5000,
  5001,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 31,
  2 ** 53,
]
const TIMES = [
  '0000-01-01',
  '0001-01-01T00:00:00+14:00',
  '0001-01-01',
  '1969-12-31T23:59:59.999999999Z',
  '2026-01-01',
  '2026-02-30',
  '2027-01-01T00:00:00Z',
  '9999-12-31T23:59:59-14:00',
  '9999-12-31T23:59:59Z',
  '+010000-01-01T00:00:00.000Z',
  'infinity',
  'now()',
]
const INTEGERS = ['0', '-0', '1', '-1', '00', '1e9', '0x10', '1.5', 'NaN', ' 1', '']

export function text(prng: Prng): string {
  return prng.pick(TEXTS)
}

export function whole(prng: Prng): number {
  return prng.chance(70) ? prng.pick([0, 1, 2, 3, 20]) : prng.pick(WHOLE)
}

/** A JSON value that somebody may send for a scalar. */
export function scalar(type: string, prng: Prng): unknown {
  // Of another type than asked for, now and then.
  if (prng.chance(3)) return prng.pick([null, true, 7, 'x', [], {}, [[]], { AND: [] }])
  switch (type) {
    case 'Int':
      return whole(prng)
    case 'Float':
      return prng.pick([0, 0.5, 1, -1, 1.0000001, 1e308, 5e-324])
    case 'Boolean':
      return prng.chance(50)
    case 'BigInt': {
      const digits = prng.pick([1, 77, 78, 79, 308, 309, 5000])
      const number = `${prng.chance(30) ? '-' : ''}${'9'.repeat(digits)}`
      return prng.chance(80) ? number : prng.pick([...INTEGERS, 2 ** 53, -7, 0.5])
    }
    case 'DateTime':
      return prng.pick(TIMES)
    default:
      return text(prng)
  }
}

/** A cursor or continuation with some of its parts replaced, or no such thing at all. */
export function spoiled(cursor: string, prng: Prng): string {
  if (prng.chance(20)) return cursor.slice(0, prng.int(0, cursor.length))
  if (prng.chance(10)) return text(prng)
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const kind = prng.pick(['Int', 'BigInt', 'DateTime', 'String', 'Boolean'])
    parts[prng.int(0, parts.length)] = scalar(kind, prng)
    if (prng.chance(10)) parts.push(null)
    return Buffer.from(JSON.stringify(parts)).toString('base64url')
  } catch {
    return Buffer.from(cursor).toString('base64url')
  }
}
