import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'

const folder = mkdtempSync(join(tmpdir(), 'provenance-ci-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = (...statuses: string[]) => ({
  name: 'a.test.ts',
  message: '',
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map(status => ({ status })),
})

function summary(report: unknown, exitCode = 0): { line: string; code: number | null } {
  const path = join(folder, 'report.json')
  writeFileSync(path, typeof report === 'string' ? report : JSON.stringify(report))
  const script = join(packageRoot, '.ci/summary.mjs')
  const { stdout, status } = spawnSync(process.execPath, [script, path, String(exitCode)], {
    encoding: 'utf8',
  })
  return { line: stdout.trimEnd(), code: status }
}

describe("the runner's closing line", () => {
  test('counts the tests of all files', () => {
    const report = { testResults: [file('passed', 'passed'), file('passed', 'skipped')] }
    expect(summary(report)).toEqual({ line: '3 passed, 0 failed, 1 skipped', code: 0 })
  })

  test('says that tests failed', () => {
    const report = { testResults: [file('passed', 'failed')] }
    expect(summary(report, 1)).toEqual({ line: '1 passed, 1 failed', code: 1 })
  })

  test('counts a file that cannot be loaded as a failure', () => {
    const broken = { name: 'b.test.ts', message: 'no such module', status: 'failed', assertionResults: [] }
    expect(summary({ testResults: [file('passed'), broken] }, 1)).toEqual({
      line: '1 passed, 1 failed',
      code: 1,
    })
  })

  test('never passes where no test ran, or where the command failed for another reason', () => {
    expect(summary({ testResults: [] })).toEqual({ line: '0 passed, 0 failed', code: 1 })
    expect(summary('', 2)).toEqual({ line: '0 passed, 1 failed', code: 1 })
    expect(summary({ testResults: [file('passed')] }, 1)).toEqual({ line: '1 passed, 1 failed', code: 1 })
  })
})
