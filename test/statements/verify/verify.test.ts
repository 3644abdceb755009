import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Chosen } from '../../../src/statements/formats/format'
import { numberOf } from '../../../src/statements/number'
import { SealedStatement } from '../../../src/statements/seal/sealedStatement'
import { signerOf } from '../../../src/statements/seal/signature'
import { cliProve, cliVerify } from '../../../src/statements/verify/cliVerify'
import { fileOf } from '../formats/contract'
import { sourceOf } from '../formats/sample'

const KEY = `0x${'11'.repeat(32)}`
const ADDRESS = '0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a'
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'verify-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** With the number that its request and heights have, and a signature. */
function statement(lines = 12, key = KEY): SealedStatement {
  const source = sourceOf({ lines })
  const { account, from, to, asOf: heights, prices, replaces } = source
  const number = numberOf({ account, from, to, heights, prices, replaces })
  return new SealedStatement({ ...source, number }, signerOf(key))
}

async function verify(name: string, file: Buffer, totals?: Buffer) {
  const path = join(folder, name)
  writeFileSync(path, file)
  if (totals) writeFileSync(`${path}.totals`, totals)
  return cliVerify({ file: path, totals: totals && `${path}.totals` })
}

const wrong = (text: string) => text.split('\n').filter(line => line.startsWith('WRONG'))

const CSVS: Chosen[] = [{}, { bom: 'true' }, { wei: 'text' }]
const NAMES = ['csv', 'json', 'xlsx', 'parquet'] as const

describe.each(NAMES)('a file of %s', name => {
  const totalsOf = async (of: SealedStatement) =>
    name === 'csv' ? await fileOf('csv', of, { part: 'totals' }) : undefined

  test.each([12, 0, 2500])('that was not touched is found so, with who signed it (%i lines)', async lines => {
    const whole = statement(lines)
    const { text, holds } = await verify(`whole.${name}`, await fileOf(name, whole), await totalsOf(whole))
    expect(text).toContain('it is as it was made')
    expect(text).toContain(`signed by ${ADDRESS}`)
    expect(text).toContain(`merkle root ${(await whole.seal()).merkleRoot}`)
    expect(holds).toBe(true)
  })

  test('with any byte changed is found out, and the place is named', async () => {
    const whole = statement()
    const file = await fileOf(name, whole)
    const totals = await totalsOf(whole)
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Buffer.from(file)
        changed[at]! ^= by
        const { text, holds } = await verify(`changed.${name}`, changed, totals)
        expect(holds).toBe(false)
        expect(wrong(text)[0]).toMatch(/^WRONG \S.*: \S/)
      }),
      { numRuns: 150 },
    )
  }, 120_000)

  test('that was cut, or went on, is found out', async () => {
    const whole = statement()
    const file = await fileOf(name, whole)
    const totals = await totalsOf(whole)
    for (const other of [
      file.subarray(0, -1),
      file.subarray(0, file.length >> 1),
      Buffer.concat([file, file.subarray(-1)]),
    ]) {
      expect((await verify(`cut.${name}`, other, totals)).holds).toBe(false)
    }
  })
})

describe('the line that is wrong is named', () => {
  test('in CSV, JSON and Parquet', async () => {
    const csv = (await fileOf('csv', statement())).toString()
    expect(wrong((await verify('a.csv', Buffer.from(csv.replace('5.407402', '5.407403')))).text)).toEqual([
      'WRONG line 7: amount is not what the line says',
    ])
    const json = (await fileOf('json', statement())).toString()
    const changed = json.replace('"amount":"5407402"', '"amount":"5407403"')
    expect(wrong((await verify('a.json', Buffer.from(changed))).text)[0]).toBe(
      'WRONG line 7: its hash is not of what it says',
    )
  })

  test('a line that is left out, or twice there', async () => {
    const records = (await fileOf('csv', statement())).toString().split(/(?<=\r\n)(?=\d+,12,)/)
    const without = (n: number) => Buffer.from(records.filter((_, i) => i !== n).join(''))
    expect(wrong((await verify('b.csv', without(5))).text)[0]).toBe('WRONG line 5: says that it is line 6')
    expect(wrong((await verify('b.csv', without(12))).text)[0]).toBe('WRONG the lines: 11 of 12')
  })
})

describe('a CSV file', () => {
  test.each(CSVS)('of %j, without its totals, is checked in itself', async chosen => {
    const { text, holds } = await verify('alone.csv', await fileOf('csv', statement(), chosen))
    expect(text).toContain('give the file of totals too')
    expect(holds).toBe(true)
    const totals = await fileOf('csv', statement(), { ...chosen, part: 'totals' })
    expect((await verify('both.csv', await fileOf('csv', statement(), chosen), totals)).holds).toBe(true)
  })

  test('with totals of another statement, or changed ones, is found out', async () => {
    const file = await fileOf('csv', statement())
    const totals = (await fileOf('csv', statement(), { part: 'totals' })).toString()
    const other = await fileOf('csv', statement(11), { part: 'totals' })
    expect((await verify('c.csv', file, other)).holds).toBe(false)
    await fc.assert(
      fc.asyncProperty(fc.nat(Buffer.byteLength(totals) - 1), async at => {
        const changed = Buffer.from(totals)
        changed[at]! ^= 1
        expect((await verify('d.csv', file, changed)).holds).toBe(false)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

describe('a line alone', () => {
  test.each(NAMES)('of %s is proved by its path, and any other is not', async name => {
    const path = join(folder, `proved.${name}`)
    const whole = statement(13)
    writeFileSync(path, await fileOf(name, whole))
    writeFileSync(`${path}.totals`, await fileOf('csv', whole, { part: 'totals' }))
    const options = { file: path, totals: name === 'csv' ? `${path}.totals` : undefined }
    for (const line of [1, 7, 13]) {
      const { text } = await cliProve(options, line)
      expect(JSON.parse(text)).toMatchObject({ line: { line } })
      const { text: said, holds } = await verify('proof', Buffer.from(text))
      expect(said).toContain(`merkle root ${(await whole.seal()).merkleRoot}`)
      expect(said).toContain(`signed by ${ADDRESS}`)
      expect(holds).toBe(true)
    }
    await expect(cliProve(options, 14)).rejects.toThrow('line 14: of 13')
  })

  test('with any byte changed does not hold', async () => {
    const path = join(folder, 'whole.json')
    writeFileSync(path, await fileOf('json', statement()))
    const proof = Buffer.from((await cliProve({ file: path }, 5)).text.trimEnd())
    await fc.assert(
      fc.asyncProperty(fc.nat(proof.length - 1), async at => {
        const changed = Buffer.from(proof)
        changed[at]! ^= 1
        expect((await verify('proof', changed)).holds).toBe(false)
      }),
      { numRuns: 100 },
    )
  }, 60_000)
})

describe('who signed', () => {
  test('is asked for by address', async () => {
    const path = join(folder, 'signed.json')
    writeFileSync(path, await fileOf('json', statement()))
    expect((await cliVerify({ file: path, signer: ADDRESS })).holds).toBe(true)
    const other = await cliVerify({ file: path, signer: `0x${'9'.repeat(40)}` })
    expect(wrong(other.text)).toEqual([`WRONG the signature: ${ADDRESS} signed, not 0x${'9'.repeat(40)}`])
    const unsigned = await verify('unsigned.json', await fileOf('json', statement(12, '')))
    expect(unsigned.text).toContain('not signed')
    expect(unsigned.holds).toBe(true)
  })

  test('cannot be told for another', async () => {
    const text = (await fileOf('json', statement())).toString().replaceAll(ADDRESS, `0x${'9'.repeat(40)}`)
    expect(wrong((await verify('e.json', Buffer.from(text))).text)[0]).toContain('WRONG the signature')
  })

  test('the key is never told', () => {
    for (const key of ['0x12', 'ff'.repeat(32), '00'.repeat(32), 'secret']) {
      expect(() => signerOf(key)).toThrow(/no private key.*\n {2}fix: give 64 hex digits/)
      expect(() => signerOf(key)).not.toThrow(key)
    }
    expect(signerOf(undefined)).toBeUndefined()
  })
})

test.each([
  '',
  'hello',
  '%PDF-1.3',
  '{"a":1}',
  'PK\u0003\u0004',
  'PAR1PAR1',
  'line,ofLines,x\r\n',
  '{"statement":{"lines":[{]',
])('what is no statement (%j) has a clear answer', async content => {
  const { text, holds } = await verify('none', Buffer.from(content))
  expect(holds).toBe(false)
  expect(wrong(text)).toHaveLength(1)
})
