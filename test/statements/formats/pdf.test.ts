import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { StatementHead } from '../../../src/statements/seal/head'
import { SealedStatement } from '../../../src/statements/seal/sealedStatement'
import { fileOf, registerFormat } from './contract'
import { sample, USDC } from './sample'

/** What each page writes in the fonts of the readers, by its operators; texts in the file's own font are glyph numbers. */
function pagesOf(file: Buffer): string[] {
  const text = file.toString('latin1')
  const pages: string[] = []
  for (const { 1: dictionary, index, 0: found } of text.matchAll(/<<([^<>]*)>>\s*stream\r?\n/g)) {
    if (!dictionary!.includes('FlateDecode')) continue
    const length = Number(/\/Length (\d+)/.exec(dictionary!)![1])
    const start = index + found.length
    const content = inflateSync(file.subarray(start, start + length)).toString('latin1')
    if (!content.includes('BT')) continue
    pages.push(
      [...content.matchAll(/\[(.*?)\] TJ/gs)]
        .map(([, parts]) =>
          [...parts!.matchAll(/<([0-9a-f]*)>/g)]
            .map(([, hex]) => Buffer.from(hex!, 'hex').toString('latin1'))
            .join(''),
        )
        .join('\n'),
    )
  }
  return pages
}

registerFormat('pdf', {
  sha256: file => /^[0-9a-f]{64}$/m.exec(pagesOf(file)[0]!)![0],
  complete: file => !pagesOf(file)[0]!.includes('PARTIAL'),
})

describe('a PDF file', () => {
  test('has a page a token, with opening, what moved by model, and closing', async () => {
    const pages = pagesOf(await fileOf('pdf', sample({ huge: false })))
    const totals = sample({ huge: false }).head.tokens
    expect(pages).toHaveLength(4)
    expect(pages[0]).toContain(`USDC (${USDC})`)
    expect(pages[0]).toMatch(/Opening: claimable at the start\n5\n/)
    expect(pages[0]).toContain('story:0x1')
    const closing = Number(totals[0]!.closing) / 1e6
    expect(pages[0]).toContain(`Closing: claimable at the end\n${closing}`)
    expect(pages[3]).toContain('1.000001\n')
    expect(pages[3]!.match(/accrued|claimed/g)).toHaveLength(12)
  })

  test('of a statement of nothing says so', async () => {
    const { head } = sample()
    const nothing = new SealedStatement({ ...head, tokens: [], lineCount: 0, async *batches() {} })
    expect(pagesOf(await fileOf('pdf', nothing))[0]).toContain('Nothing moved')
  })

  test('of too many lines for paper is refused, with what to take instead', async () => {
    const statement = sample({ lines: 10_001, batch: 1000 })
    await expect(fileOf('pdf', statement)).rejects.toThrow(
      /10001 lines.*\n {2}fix: take csv, xlsx or parquet/,
    )
  })

  test('shows any name: in a font that has it, else by the numbers of its characters', async () => {
    const named = (name: string): SealedStatement => {
      const statement = sample({ lines: 2 })
      const head = statement.head as StatementHead & { batches: SealedStatement['lines'] }
      return new SealedStatement({
        ...head,
        async *batches() {
          const source = (statement as unknown as { source: { batches(): AsyncGenerator<never[]> } }).source
          for await (const lines of source.batches())
            yield lines.map(
              line => ({ ...(line as object), modelName: name, sourceModelName: name }) as never,
            )
        },
      })
    }
    expect(pagesOf(await fileOf('pdf', named('Modèle')))[3]).toContain('Modèle')
    expect((await fileOf('pdf', named('Модель'))).toString('latin1')).toContain('DejaVuSans')
    const strings = fc.string({ unit: 'binary', maxLength: 90 })
    const hostile = fc.stringMatching(
      /^[\u0300-\u036f\u0600-\u06ff\u200b-\u202f\u0590-\u05ff\u0e00-\u0e7f]{0,40}$/,
    )
    await fc.assert(
      fc.asyncProperty(fc.oneof(strings, hostile), async name => {
        expect((await fileOf('pdf', named(name))).length).toBeGreaterThan(1000)
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})
