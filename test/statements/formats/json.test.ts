import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { LineFacts } from '../../../src/statements/seal/entry'
import { fileOf, hashOf, registerFormat } from './contract'
import { sample } from './sample'

function linesOf(file: Buffer): (LineFacts & { hash: string })[] {
  return JSON.parse(file.toString()).statement.lines.map(
    (line: Record<'time' | 'amount' | 'balance', string> & { priceTime: string | null }) => ({
      ...line,
      time: new Date(line.time),
      priceTime: line.priceTime === null ? null : new Date(line.priceTime),
      amount: BigInt(line.amount),
      balance: BigInt(line.balance),
    }),
  )
}

registerFormat('json', {
  lines: file => linesOf(file).map(({ hash: _, ...facts }) => facts),
  sha256: file => JSON.parse(file.toString()).verification.sha256,
  complete: file => JSON.parse(file.toString()).statement.complete,
})

/** RFC 8785 in its simplest form: enough where numbers are whole and names are ASCII. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted((value as Record<string, unknown>)[key])]),
  )
}

describe('a JSON file', () => {
  test('is canonical, and its hash is of the statement in it', async () => {
    const text = (await fileOf('json', sample())).toString()
    const parsed = JSON.parse(text)
    expect(JSON.stringify(sorted(parsed))).toBe(text)
    const sha256 = createHash('sha256')
      .update(JSON.stringify(sorted(parsed.statement)))
      .digest('hex')
    expect(parsed.verification.sha256).toBe(sha256)
  })

  test('has the hash of each line, which is of the line without it', async () => {
    for (const { hash, ...facts } of linesOf(await fileOf('json', sample()))) {
      expect(hash).toBe(hashOf(facts))
      const text = JSON.stringify(
        sorted({
          ...facts,
          time: facts.time.toISOString(),
          priceTime: facts.priceTime?.toISOString() ?? null,
          amount: `${facts.amount}`,
          balance: `${facts.balance}`,
        }),
      )
      expect(hash).toBe(createHash('sha256').update('\0').update(text).digest('hex'))
    }
  })

  test('has amounts as text, and times with their zone', async () => {
    const { statement } = JSON.parse((await fileOf('json', sample({ complete: false }))).toString())
    expect(statement).toMatchObject({ complete: false, lineCount: 12, from: '2026-01-01T00:00:00.000Z' })
    expect(statement.lines[0]).toMatchObject({
      amount: `${2n ** 255n}`,
      line: 1,
      time: '2026-01-01T00:00:00.000Z',
    })
    expect(statement.tokens[0]).toMatchObject({ opening: '5000000', symbol: 'USDC' })
  })
})
