import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

export const STORY = path.resolve(__dirname, '../../src/sandbox/recordings/story.jsonl')
export const AENEID = path.resolve(__dirname, '../data/recordings/story-aeneid.jsonl')

export type RawLine = {
  blockNumber: number
  blockHash?: string
  logIndex: number
  transactionHash: string
  address: string
  topics: string[]
  data: string
}

/** The logs of a recording, read without the code under test. */
export function rawLines(file: string): RawLine[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as RawLine)
    .filter(({ topics }) => topics) // others are answers to calls
}

const directory = mkdtempSync(path.join(tmpdir(), 'provenance-recordings-'))
let made = 0

afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A recording of these lines, in a file that is removed after the test file. */
export function recordingOf(lines: readonly (object | string)[]): string {
  const file = path.join(directory, `${++made}.jsonl`)
  writeFileSync(file, lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return file
}

/** A log with what a test does not name filled in: each (block, index) in a transaction of its own. */
export function line(log: Partial<RawLine> & { blockNumber: number; logIndex: number }): RawLine {
  const transaction = log.blockNumber * 1000 + log.logIndex
  return {
    transactionHash: word(transaction),
    address: `0x${'aa'.repeat(20)}`,
    topics: [word(1)],
    data: '0x',
    ...log,
  }
}

export function word(number: number): string {
  return `0x${number.toString(16).padStart(64, '0')}`
}
