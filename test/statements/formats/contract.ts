import { describe, expect, test } from 'vitest'
import type { Chosen } from '../../../src/statements/formats/format'
import { chosenOf, requireFormat } from '../../../src/statements/formats/registry'
import { entryOf, type LineFacts } from '../../../src/statements/seal/entry'
import type { SealedStatement } from '../../../src/statements/seal/sealedStatement'
import { sample } from './sample'

/** How a format's files are read, by other means than what wrote them. */
export interface Reading {
  /** absent: the file has not all lines */
  lines?(file: Buffer): Promise<Partial<LineFacts>[]> | Partial<LineFacts>[]
  /** the hash of the JSON form that it carries; absent: it has no place for it, which the answer's header has */
  sha256?(file: Buffer): Promise<string> | string
  /** whether it says, where a reader begins, that it is not all; absent: the file's name says it */
  complete?(file: Buffer): Promise<boolean> | boolean
}

export async function fileOf(
  extension: string,
  statement: SealedStatement,
  asked: Chosen = {},
): Promise<Buffer> {
  const format = requireFormat(extension)
  const pieces: Buffer[] = []
  for await (const piece of format.render(statement, chosenOf(format, asked))) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/** What is true of every format. */
export function registerFormat(extension: string, { lines, sha256, complete }: Reading): void {
  describe(`${extension}, as every format`, () => {
    test('the same statement is the same bytes', async () => {
      const file = await fileOf(extension, sample())
      expect(file.length).toBeGreaterThan(20)
      expect(file.equals(await fileOf(extension, sample({ batch: 3 })))).toBe(true)
    })

    test('comes in pieces, however long it is', async () => {
      const format = requireFormat(extension)
      let pieces = 0
      let longest = 0
      for await (const piece of format.render(sample({ lines: 3000, batch: 100 }), chosenOf(format, {}))) {
        pieces++
        longest = Math.max(longest, piece.length)
      }
      expect(pieces).toBeGreaterThan(1)
      expect(longest).toBeLessThan(2_000_000)
    })

    test.each([12, 0])('a statement of %i lines can be read back', async count => {
      const statement = sample({ lines: count })
      const file = await fileOf(extension, statement)
      const expected: LineFacts[] = []
      for await (const batch of statement.lines()) {
        expected.push(...batch.map(({ leaf: _, text: __, ...facts }) => facts))
      }
      const found = (await lines?.(file)) ?? []
      if (lines) expect(found).toHaveLength(count)
      for (const [i, line] of found.entries()) expect(expected[i]).toMatchObject(line)
    })

    if (sha256) {
      test('carries the hash of the JSON form', async () => {
        const statement = sample()
        const { sha256: expected } = await statement.seal()
        expect(await sha256(await fileOf(extension, statement))).toBe(expected)
      })
    }

    if (complete) {
      test('says whether it is all', async () => {
        expect(await complete(await fileOf(extension, sample({ complete: true })))).toBe(true)
        expect(await complete(await fileOf(extension, sample({ complete: false })))).toBe(false)
      })
    }
  })
}

/** The hash of a line that was read from a file. */
export function hashOf(facts: LineFacts): string {
  return entryOf(facts).leaf.toString('hex')
}
