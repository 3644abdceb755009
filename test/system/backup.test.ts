import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate } from '../../src/postgres/migrate'
import { type Postgres, startPostgres } from '../../src/sandbox/postgres'

/** A back-up as docs/operations.md has it, with what pg_basebackup does by itself: the package brings no client programs. */

let folder: string
const servers: Postgres[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'backup-'))
  chmodSync(folder, 0o755) // Postgres may run as another user than ours
})

afterAll(async () => {
  for (const server of servers) await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a back-up of a server that is written to has all that was committed before its end, and serves it', async () => {
  const [original, copy] = [join(folder, 'original'), join(folder, 'copy')]
  // A development server's own settings are for no back-up.
  const settings = { wal_level: 'replica', full_page_writes: 'on' }
  const server = await startPostgres({ dataDir: original, database: 'provenance', durable: false, settings })
  servers.push(server)
  await migrate(server.url)
  const [writer, backup] = [await connect(server.url), await connect(server.url)]
  let written = 0
  const insert = async (count: number) => {
    const ids = Array.from(
      { length: count },
      () => `eip155:1:0x${(++written).toString(16).padStart(40, '0')}`,
    )
    await writer.query(
      `INSERT INTO account (id, chain, address, block, time)
       SELECT id, 'eip155:1', split_part(id, ':', 3), 1, now() FROM unnest($1::text[]) AS id`,
      [ids],
    )
  }
  await insert(2000)

  await backup.query(`SELECT pg_backup_start('nightly', true)`)
  mkdirSync(copy)
  const copied = (name: string) => execFileSync('cp', ['-a', join(original, name), join(copy, name)])
  await insert(500)
  copied('cluster')
  await insert(500)
  const { rows } = await backup.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)')
  const before = written
  rmSync(join(copy, 'cluster/pg_wal'), { recursive: true })
  copied('cluster/pg_wal')
  await insert(100) // after the end: no part of it
  const label = join(copy, 'cluster/backup_label')
  writeFileSync(label, rows[0]!.labelfile)
  const { uid, gid } = statSync(join(copy, 'cluster'))
  chownSync(label, uid, gid)
  rmSync(join(copy, 'cluster/postmaster.pid'), { force: true })
  copyFileSync(join(original, 'password'), join(copy, 'password'))

  const restored = await startPostgres({ dataDir: copy, database: 'provenance', durable: false })
  servers.push(restored)
  const reader = await connect(restored.url)
  const { rows: found } = await reader.query('SELECT count(*)::int AS count, max(id) AS last FROM account')
  expect(found[0]!.count).toBeGreaterThanOrEqual(before)
  const all = await reader.query('SELECT id FROM account ORDER BY id LIMIT $1', [before])
  const kept = await writer.query('SELECT id FROM account ORDER BY id LIMIT $1', [before])
  expect(all.rows).toEqual(kept.rows)
  const migrations = 'SELECT name FROM migrations ORDER BY id'
  expect((await reader.query(migrations)).rows).toEqual((await writer.query(migrations)).rows)
  // It can be written to: a processor goes on from here.
  await reader.query('DELETE FROM account')
  for (const client of [writer, backup, reader]) await client.end()
})

async function connect(url: string): Promise<Client> {
  const client = new Client(url)
  client.on('error', () => {}) // a test that failed leaves it to its server, which stops
  await client.connect()
  return client
}
