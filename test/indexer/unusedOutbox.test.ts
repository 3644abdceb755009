import { expect, test } from 'vitest'
import { discardUnusedOutbox } from '../../src/indexer/unusedOutbox'
import { freshDatabase } from '../fixtures/database'

test('the outbox of a deployment without Neo4j is emptied, and a later Neo4j is made anew', async () => {
  const { pool, drop } = await freshDatabase()
  const identity = async () => (await pool.query('SELECT identity FROM graph_watermark')).rows[0].identity
  const see = (n: number) =>
    pool.query(
      `INSERT INTO account (id, chain, address, block, time) VALUES ($1, 'eip155:1', '0x', 1, now())`,
      [`eip155:1:0x${n}`],
    )
  try {
    const first = await identity()
    expect(await discardUnusedOutbox(pool)).toBe(0)
    expect(await identity()).toBe(first)

    await see(1)
    expect(await discardUnusedOutbox(pool)).toBe(1)
    expect(await identity()).not.toBe(first)

    await see(2)
    await pool.query('UPDATE graph_watermark SET projected_at = now()')
    expect(await discardUnusedOutbox(pool)).toBe(0)
    await pool.query(`UPDATE graph_watermark SET projected_at = now() - interval '2 days'`)
    expect(await discardUnusedOutbox(pool)).toBe(1)
  } finally {
    await drop()
  }
})
