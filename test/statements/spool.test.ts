import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, expect, test } from 'vitest'
import { Spool, SpoolFullError, SpoolSpace } from '../../src/statements/spool'

const space = new SpoolSpace(20_000_000)

async function* chunks(count: number, text: string): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield `${i} ${text}\n`
}

async function textOf(spool: Spool): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of spool.read()) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

afterEach(() => {
  expect(space.bytes).toBe(0)
  expect(readdirSync(tmpdir()).filter(name => /^provenance-[0-9a-f]{8}-/.test(name))).toEqual([])
})

test.each([0, 1, 10, 5000])('%i chunks come back as they went, from memory or from a file', async count => {
  const text = 'ä€𝄞'.repeat(100)
  const spool = await Spool.of(chunks(count, text), space)
  const all = Array.from({ length: count }, (_, i) => `${i} ${text}\n`).join('')
  expect(spool.bytes).toBe(Buffer.byteLength(all))
  expect(space.bytes).toBe(spool.bytes)
  expect(await textOf(spool)).toBe(all)
  await spool.close()
  await spool.close()
})

test('what does not fit beside the others is refused, and leaves nothing', async () => {
  const first = await Spool.of(chunks(1500, 'x'.repeat(10_000)), space)
  await expect(Spool.of(chunks(1500, 'x'.repeat(10_000)), space)).rejects.toThrow(SpoolFullError)
  expect(space.bytes).toBe(first.bytes)
  await first.close()
})

test('what fails while it is made leaves nothing', async () => {
  const failing = async function* () {
    yield* chunks(300, 'x'.repeat(10_000))
    throw new Error('no more')
  }
  await expect(Spool.of(failing(), space)).rejects.toThrow('no more')
})
