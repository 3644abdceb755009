import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'
import { lockFolder } from '../../src/sandbox/lockFolder'
import { SandboxError } from '../../src/sandbox/sandboxError'

let directory: string

beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'provenance-data-'))
  chmodSync(directory, 0o755)
  writeFileSync(path.join(directory, 'file'), '')
  mkdirSync(path.join(directory, 'locked'))
  chmodSync(path.join(directory, 'locked'), 0o555)
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** As a user for whom permissions count: root may write anywhere. */
function asNobody<T>(work: () => T): T {
  if (process.geteuid?.() !== 0) return work()
  process.seteuid!(65_534)
  try {
    return work()
  } finally {
    process.seteuid!(0)
  }
}

describe('--data that cannot hold data is said with the folder and the fix', () => {
  test.each<[string, () => string, RegExp]>([
    ['a file', () => path.join(directory, 'file'), /is a file/],
    ['below a file', () => path.join(directory, 'file', 'data'), /file/],
    ['a folder that may not be written to', () => path.join(directory, 'locked'), /may not be written to/],
    ['below one', () => path.join(directory, 'locked', 'a', 'b'), /may not be written to/],
    ['below /proc, where nothing can be made', () => '/proc/provenance/data', /no folder can be made there/],
    ['a path that is too long', () => path.join(directory, 'x'.repeat(300)), /too long/],
  ])('%s', (_, folder, reason) => {
    const locked = asNobody(() => {
      try {
        lockFolder(folder())
      } catch (error) {
        return error as Error
      }
    })
    expect(locked).toBeInstanceOf(SandboxError)
    expect(locked!.message).toContain(`--data: ${folder()} cannot hold the data: `)
    expect(locked!.message).toMatch(reason)
    expect(locked!.message).toMatch(/\n {2}fix: name a folder that you may write to: npm start -- --data /)
  })

  test('by npm start too, which starts nothing then and ends', () => {
    const command = path.join(packageRoot, 'bin/provenance.js')
    const data = '/proc/provenance/data'
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [command, 'sandbox', '--no-neo4j', '--data', data],
      { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' },
    )
    expect(stderr).toMatch(
      /^SandboxError: --data: \/proc\/provenance\/data cannot hold the data: .*\n {2}fix: .*\n$/,
    )
    expect(stdout).toBe('')
    expect(status).toBe(1)
  })

  test('a folder below others that are not there yet is made', () => {
    const data = path.join(directory, 'new', 'and', 'deep')
    lockFolder(data)()
    expect(readdirSync(data)).toEqual([])
  })
})
