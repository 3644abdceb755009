import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Pool } from 'pg'
import { stringify } from 'yaml'
import { packageRoot } from '../../src/config/packageRoot'
import { ACCOUNT, ADDRESS, CHAIN, insertRow, MODEL, setHeights, TOKEN } from '../api/rows'

/** The heap that the server under attack has, MB: what a small machine gives it. */
const HEAP_MB = 400
export const TIMEOUT_MS = 3000

/** A server to attack, as it is deployed: a process of its own. */
export interface Target {
  url: string
  port: number
  /** of its database */
  pool: Pool
  /** why it is gone, with its last lines; undefined: it runs */
  ended(): string | undefined
  /** lines that its log said, the last hundred */
  log: readonly string[]
  stop(): Promise<void>
}

/** Starts `provenance serve` on a database that `seedTables` has filled. */
export async function startTarget(databaseUrl: string, pool: Pool): Promise<Target> {
  const folder = mkdtempSync(path.join(tmpdir(), 'provenance-hostile-'))
  const file = path.join(folder, 'config.yaml')
  const unused = 'http://127.0.0.1:9'
  const chain = { id: 31337, name: 'local', rpc: unused, protocols: { reference: REFERENCE } }
  const api = { port: 0, timeoutMs: TIMEOUT_MS }
  writeFileSync(file, stringify({ postgres: { url: databaseUrl }, api, chains: [chain] }))
  const args = [`--max-old-space-size=${HEAP_MB}`, path.join(packageRoot, 'bin/provenance.js')]
  const child = spawn(process.execPath, [...args, 'serve', '--port', '0', '--config', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  let exit: string | undefined
  const exited = once(child, 'exit').then(([code, signal]) => {
    exit = `the server ended (${signal ?? `code ${code}`})\n${log.slice(-15).join('\n')}`
  })
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer) => {
      const lines = data.toString().split('\n').filter(Boolean)
      log.push(...lines)
      log.splice(0, log.length - 100)
      const ready = lines.map(line => /^GraphQL (http:\S+)\/graphql$/.exec(line)?.[1]).find(Boolean)
      if (ready) resolve(ready)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void exited.then(() => reject(new Error(exit)))
  })
  return {
    url,
    port: Number(new URL(url).port),
    pool,
    ended: () => exit,
    log,
    async stop() {
      child.kill('SIGTERM')
      const hard = setTimeout(() => child.kill('SIGKILL'), 15_000)
      await exited
      clearTimeout(hard)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const REFERENCE = {
  firstBlock: 0,
  contracts: { registry: ADDRESS(0xa1), poolFactory: ADDRESS(0xa2), router: ADDRESS(0xa3) },
}

/** Rows with everything that attacks want: long texts, cycles, many of one kind at one place. */
export async function seedTables(pool: Pool): Promise<void> {
  await setHeights(pool, { height: 1000, finalized: 990 })
  const insert = (entity: string, row: Record<string, unknown>) => insertRow(pool, entity, row)
  await insert('Token', { id: TOKEN, address: ADDRESS(0xeee), symbol: 'T', decimals: 18 })
  await insert('Token', { id: `${TOKEN}-wide`, name: 'x'.repeat(300_000) })
  for (let n = 1; n <= 3; n++) await insert('Account', { id: ACCOUNT(n), address: ADDRESS(n) })
  for (let n = 1; n <= 60; n++) {
    const name = n % 7 === 0 ? '"\u202e\n=1+1' : `model ${n}`
    await insert('Model', { id: MODEL(n), ownerId: ACCOUNT(n % 3), name, uri: 'u'.repeat(n * 50) })
    // Of each some, and a cycle.
    for (const step of [1, 2, 5]) {
      const parent = n > step ? n - step : n === step ? 60 : 0
      if (parent > 0)
        await insert('LineageEdge', {
          id: `${MODEL(n)}|PARENT|${parent}`,
          childId: MODEL(n),
          parentId: MODEL(parent),
          ordinal: step,
          sharePpm: 10_000,
        })
    }
    const pool = `${CHAIN}/pool:${ADDRESS(n)}`
    const amounts = { activeAssets: 10n ** 70n, totalShares: 10n ** 70n }
    await insert('StakePool', { id: pool, modelId: MODEL(n), assetId: TOKEN, ...amounts })
    for (let patron = 1; patron <= 3; patron++)
      await insert('StakePosition', {
        id: `${pool}|${patron}`,
        poolId: pool,
        modelId: MODEL(n),
        accountId: ACCOUNT(patron),
        delegateId: ACCOUNT(1),
        shares: 10n ** 69n,
      })
    await insert('ModelRevenue', {
      id: `${MODEL(n)}|${TOKEN}`,
      modelId: MODEL(n),
      tokenId: TOKEN,
      gross: '9'.repeat(100),
    })
  }
  for (let n = 0; n < 300; n++) {
    const tokenId = n % 3 ? TOKEN : `${TOKEN}-wide`
    const row = {
      modelId: MODEL(1 + (n % 60)),
      tokenId,
      payerId: ACCOUNT(1),
      net: 10n ** 18n,
      gross: 10n ** 18n,
    }
    await insert('UsageFee', { id: `${CHAIN}/fee-${n}`, ...row })
    await insert('RoyaltyAccrual', {
      id: `${CHAIN}/accrual-${n}`,
      feeId: `${CHAIN}/fee-${n}`,
      fromModelId: row.modelId,
      toModelId: row.modelId,
      tokenId: TOKEN,
      beneficiaryId: ACCOUNT(1),
      amount: 10n ** 17n,
      logIndex: n,
    })
  }
  await pool.query('ANALYZE')
}
