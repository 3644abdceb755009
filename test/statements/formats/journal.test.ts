import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { accountPart, commodities } from '../../../src/statements/formats/journalNames'
import { fileOf, registerFormat } from './contract'
import { FAKE, MUTE, sample, USDC } from './sample'

const run = promisify(execFile)
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const CHECKERS = {
  beancount: { program: process.env.BEAN_CHECK ?? 'bean-check', args: ['--no-cache'] },
  'hledger.journal': {
    program: 'hledger',
    args: ['check', 'accounts', 'commodities', 'balancednoautoconversion', '-f'],
  },
}
type Name = keyof typeof CHECKERS

/** What the ledger's own checker finds wrong; skips, aloud, where it is not installed: CI must have it. */
async function complaintsOf(context: TestContext, name: Name, text: string): Promise<string> {
  const { program, args } = CHECKERS[name]
  const file = join(folder, `${name.replace('.', '-')}.${name}`)
  writeFileSync(file, text)
  try {
    await run(program, [...args, file])
    return ''
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string }
    if (code === 'ENOENT' && !process.env.CI) context.skip(`${program} is not installed`)
    if (code === 'ENOENT') throw new Error(`CI must check journals with ${program}, but there is none`)
    return stderr || String(error)
  }
}

for (const name of Object.keys(CHECKERS)) {
  registerFormat(name, {
    sha256: file => /^; sha256 ([0-9a-f]{64})$/m.exec(file.toString())![1]!,
    complete: file => !file.toString().split('\n')[0]!.includes('PARTIAL'),
  })
}

describe.each(Object.keys(CHECKERS) as Name[])('the checker of %s', name => {
  test.for([true, false])(
    'finds that the statement adds up (amounts of 2^256: %s)',
    async (huge, context) => {
      const file = await fileOf(name, sample({ lines: 40, huge }))
      expect(await complaintsOf(context, name, file.toString())).toBe('')
    },
  )

  test('finds a closing, an opening or a line that does not', async context => {
    const text = (await fileOf(name, sample({ huge: false }))).toString()
    const closing = text.lastIndexOf('-01') // of the last assertion's day
    const changed = [
      text.replace('1.000001', '1.000002'),
      text.replace(/^(.*balance.*Receivable +)5 /im, '$16 ').replace(/= 5 /, '= 6 '),
      text.slice(0, closing) + text.slice(closing).replace(/(?<=Receivable +(0 "\S+" = )?)-?\d/, '1$&'),
    ]
    expect(new Set([text, ...changed]).size).toBe(4)
    for (const other of changed) expect(await complaintsOf(context, name, other)).not.toBe('')
  })

  test('finds nothing in a statement of nothing', async context => {
    const file = await fileOf(name, sample({ lines: 0 }))
    expect(await complaintsOf(context, name, file.toString())).toBe('')
  })
})

describe('a journal', () => {
  test('has accruals as income by model, and claims from what is receivable to the wallet', async () => {
    const text = (await fileOf('beancount', sample({ huge: false }))).toString()
    const { [USDC]: usdc } = Object.fromEntries(commodities(sample().head.tokens))
    expect(text).toContain(
      `  Assets:Receivable  9.111103 ${usdc}\n  Income:Royalties:Eip155-1514-story-0x1  -9.111103 ${usdc}\n`,
    )
    expect(text).toContain(`  Assets:Wallet  1.000001 ${usdc}\n  Assets:Receivable  -1.000001 ${usdc}\n`)
  })

  test('names what has too many digits for it', async () => {
    const text = (await fileOf('beancount', sample())).toString()
    expect(text).toContain(`; not in this journal, its amounts having too many digits for it: ${MUTE}`)
    expect((await fileOf('hledger.journal', sample())).toString()).not.toContain('not in this journal')
  })

  test('has a name of its own for each token and model, whatever they are called', () => {
    const names = [...commodities(sample().head.tokens).values()]
    expect(new Set(names).size).toBe(3)
    for (const name of names) expect(name).toMatch(/^[A-Z][A-Z0-9-]{1,22}[A-Z0-9]$/)
    expect(FAKE).not.toBe(USDC)
    const ids = [
      'eip155:1/a:b',
      'eip155:1/a-b',
      'eip155:1:a/b',
      '',
      '-',
      '=x',
      '模型',
      '型模',
      `a${'b'.repeat(99)}`,
      `a${'b'.repeat(98)}`,
    ]
    const parts = ids.map(accountPart)
    expect(new Set(parts).size).toBe(ids.length)
    for (const part of parts) expect(part).toMatch(/^[A-Z0-9][A-Za-z0-9-]*$/)
  })
})
