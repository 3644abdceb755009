import { expect, test } from 'vitest'
import { BackfillReport } from '../../src/indexer/backfillReport'
import type { RangeBlock } from '../../src/rpc/chainLogs'
import type { RpcPool } from '../../src/rpc/rpcPool'

function block(height: number): RangeBlock {
  return { header: { height, hash: `0x${height}`, parentHash: `0x${height - 1}`, timestamp: 0 }, logs: [] }
}

const figures = { events: 1, rejected: 0, decodeMs: 1000, foldMs: 500, writeMs: 2000 }
const pool = { endpoints: [{ requests: 30 }, { requests: 12 }] } as RpcPool

test('a backfill’s end says in one line how far it came, how fast, and where the time went', () => {
  const report = new BackfillReport(pool)
  report.note({ ...figures, waitMs: 700, logs: 100 }, [block(5), block(9)])
  report.note({ ...figures, waitMs: 50, logs: 50 }, [block(12)])
  expect(report.end()).toMatch(
    /^backfill done: blocks 5 to 12, 150 logs in 0\.0 s, \d+ logs\/s \(side by side: decode 2\.0 s, fold 1\.0 s, write 4\.0 s; nothing to do but wait for blocks 0\.8 s; 42 requests\)$/,
  )
})

test('a start with nothing to catch up on says nothing', () => {
  const report = new BackfillReport(pool)
  expect(report.end()).toBeUndefined()
  report.note({ ...figures, waitMs: 0, logs: 1 }, [block(5)])
  expect(report.end()).toBeUndefined()
})
