/** Rows as the indexer would write them, put down by SQL, and random changes of them. */
import type { Pool, PoolClient } from 'pg'

export type Db = Pool | PoolClient

export const CHAIN = 'eip155:31337'
export const OTHER_CHAIN = 'eip155:31338'
const TIME = '2026-01-02T03:04:05.678Z'

export function model(n: number | string, chain = CHAIN): string {
  return `${chain}/reference:${n}`
}

export function account(n: number, chain = CHAIN): string {
  return `${chain}:0x${n.toString(16).padStart(40, '0')}`
}

export function token(n: number, chain = CHAIN): string {
  return `${chain}/erc20:0x${n.toString(16).padStart(40, 'f')}`
}

export function pool(n: number, chain = CHAIN): string {
  return `${chain}/pool:0x${n.toString(16).padStart(40, 'a')}`
}

export async function putModel(
  db: Db,
  id: string,
  {
    owner = null,
    name = null,
    tainted = false,
  }: { owner?: string | null; name?: string | null; tainted?: boolean } = {},
): Promise<void> {
  await db.query(
    `INSERT INTO model (id, chain, protocol, kind, contract, token_id, owner_id, name, version, taint_count, tainted,
                        block, time, transaction, log_index)
     VALUES ($1, $2, 'reference', 'MODEL', '0xc0', 7, $3, $4, 1, $5::boolean::int, $5, 1, $6, '0x01', 0)
     ON CONFLICT (id) DO UPDATE
        SET owner_id = excluded.owner_id, name = excluded.name, taint_count = excluded.taint_count, tainted = excluded.tainted`,
    [id, id.split('/')[0], owner, name, tainted, TIME],
  )
}

export type EdgeInput = {
  child: string
  parent: string
  role?: string
  ordinal?: number
  sharePpm?: number | null
  policy?: string
}

export async function putEdges(db: Db, edges: EdgeInput[]): Promise<void> {
  await db.query(
    `INSERT INTO lineage_edge (id, chain, protocol, contract, child_id, parent_id, role, ordinal, share_ppm,
                               share_numerator, share_denominator, policy, block, time, transaction, log_index)
     SELECT child || '|' || role || '|' || parent, split_part(child, '/', 1), 'reference', '0xc0', child, parent, role,
            ordinal, share, share, CASE WHEN share IS NOT NULL THEN 1000000 END, policy, 1, $7, '0x01', 0
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::text[])
            AS e (child, parent, role, ordinal, share, policy)
     ON CONFLICT (id) DO UPDATE
        SET share_ppm = excluded.share_ppm, share_numerator = excluded.share_numerator,
            share_denominator = excluded.share_denominator, policy = excluded.policy, ordinal = excluded.ordinal`,
    [
      edges.map(e => e.child),
      edges.map(e => e.parent),
      edges.map(e => e.role ?? 'PARENT'),
      edges.map(e => e.ordinal ?? 0),
      edges.map(e => (e.sharePpm === undefined ? 100_000 : e.sharePpm)),
      edges.map(e => e.policy ?? 'HOP'),
      TIME,
    ],
  )
}

/** A number in [0, 1) a call, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** One random insert, update or delete. Ids are few, so that changes meet: a row goes and comes, a parent is unseen. */
export async function changeSomething(db: Db, random: () => number): Promise<void> {
  const int = (n: number) => Math.floor(random() * n)
  const chain = random() < 0.5 ? CHAIN : OTHER_CHAIN
  const amount = String(BigInt(int(1e9)) * 10n ** BigInt(int(60)))
  const actions: (() => Promise<unknown>)[] = [
    () =>
      putModel(db, model(int(60), chain), {
        owner: random() < 0.8 ? account(int(15), chain) : null,
        name: random() < 0.5 ? `model ${int(1000)} “é”` : null,
        tainted: random() < 0.2,
      }),
    () => db.query('DELETE FROM model WHERE id = $1', [model(int(60), chain)]),
    () =>
      putEdges(db, [
        {
          child: model(int(60), chain),
          parent: model(int(60), random() < 0.7 ? chain : CHAIN),
          role: random() < 0.8 ? 'PARENT' : 'DATASET',
          sharePpm: random() < 0.2 ? null : int(1_000_000),
        },
      ]),
    () => db.query(`DELETE FROM lineage_edge WHERE child_id = $1`, [model(int(60), chain)]),
    () =>
      db.query(
        `INSERT INTO account (id, chain, address, block, time) VALUES ($1, $2, $3, 1, $4) ON CONFLICT DO NOTHING`,
        [account(int(15), chain), chain, account(int(15), chain).split(':')[2], TIME],
      ),
    () => db.query('DELETE FROM account WHERE id = $1', [account(int(15), chain)]),
    () =>
      db.query(
        `INSERT INTO token (id, chain, address, symbol, decimals) VALUES ($1, $2, '0xt', $3, $4)
         ON CONFLICT (id) DO UPDATE SET symbol = excluded.symbol`,
        [token(int(3), chain), chain, `T${int(9)}`, random() < 0.5 ? 18 : null],
      ),
    () => db.query('DELETE FROM token WHERE id = $1', [token(int(3), chain)]),
    () =>
      db.query(
        `INSERT INTO stake_pool (id, chain, protocol, contract, model_id, kind, asset_id, unbonding_seconds,
           active_assets, exiting_assets, slashed_assets, compounded_assets, total_shares, total_exit_shares,
           virtual_assets, virtual_shares, patron_count, block, time, transaction, log_index)
         VALUES ($1, $2, 'reference', '0xc0', $3, 'DIRECT', $4, 60, $5, 0, 0, 0, $5, 0, 0, 0, 1, 1, $6, '0x01', 0)
         ON CONFLICT (id) DO UPDATE SET active_assets = excluded.active_assets, model_id = excluded.model_id`,
        [pool(int(8), chain), chain, model(int(60), chain), token(int(3), chain), amount, TIME],
      ),
    () => db.query('DELETE FROM stake_pool WHERE id = $1', [pool(int(8), chain)]),
    () => {
      const [p, a] = [pool(int(8), chain), account(int(15), chain)]
      return db.query(
        `INSERT INTO stake_position (id, chain, pool_id, model_id, account_id, shares, delegate_id, deposited_assets,
           withdrawn_assets, block, time)
         VALUES ($1, $2, $3, 'm', $4, $5, $6, 0, 0, 1, $7)
         ON CONFLICT (id) DO UPDATE SET shares = excluded.shares, delegate_id = excluded.delegate_id`,
        [`${p}|${a}`, chain, p, a, random() < 0.2 ? '0' : amount, account(int(15), chain), TIME],
      )
    },
    () => db.query('DELETE FROM stake_position WHERE pool_id = $1', [pool(int(8), chain)]),
    () => {
      const [from, to, t] = [model(int(60), chain), model(int(60), chain), token(int(3), chain)]
      return db.query(
        `INSERT INTO royalty_total (id, chain, from_model_id, to_model_id, token_id, accrued, count)
         VALUES ($1, $2, $3, $4, $5, $6, 1)
         ON CONFLICT (id) DO UPDATE SET accrued = excluded.accrued, count = royalty_total.count + 1`,
        [`${chain}|${from}|${to}|${t}`, chain, from, to, t, amount],
      )
    },
    () => db.query('DELETE FROM royalty_total WHERE from_model_id = $1', [model(int(60), chain)]),
    () => db.query('UPDATE model SET name = name WHERE chain = $1', [chain]),
  ]
  await actions[int(actions.length)]!()
}
