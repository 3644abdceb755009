// What a pool's events come to at each block that has one, and what an account's in a pool come to by day: a pool's rate,
// what its shares held at a moment and what a patron earned are read from these, not from all events that the pool ever
// had. Kept by statement triggers, so that they hold for whoever writes or takes back an event, in the same transaction.
// Events come in the chain's order and go newest first, and then no other rows than their own are touched; of an event
// that comes or goes among later ones (a mended chain's) all later rows of its pool are corrected.
const SUMS = {
  active: 'sum(active_delta)',
  exiting: 'sum(exiting_delta)',
  shares: 'sum(shares_delta)',
  compounded: `coalesce(sum(active_delta) FILTER (WHERE kind = 'COMPOUND'), 0)`,
  moment: 'sum(active_delta * extract(epoch FROM time))',
}
const OWN = `kind IN ('STAKE', 'WITHDRAW', 'EXIT_REQUEST')`
const DAY_SUMS = {
  shares: 'sum(shares_delta)',
  inflow: `coalesce(sum(active_delta) FILTER (WHERE kind = 'STAKE'), 0)`,
  unstaked: `coalesce(-sum(active_delta) FILTER (WHERE kind IN ('WITHDRAW', 'EXIT_REQUEST')), 0)`,
  moment: `coalesce(sum(active_delta * extract(epoch FROM time)) FILTER (WHERE ${OWN}), 0)`,
  transfers: `count(*) FILTER (WHERE kind IN ('TRANSFER_IN', 'TRANSFER_OUT'))`,
  events: 'count(*)',
}
const names = Object.keys(SUMS)
const dayNames = Object.keys(DAY_SUMS)
const each = (list, of) => list.map(of).join(', ')

/** Sums of some rows by pool and block. */
const added = rows => `SELECT pool_id, time, block, min(chain) AS chain, count(*) AS events,
                              ${each(names, name => `${SUMS[name]} AS ${name}`)}
                         FROM ${rows} GROUP BY pool_id, time, block`

/** The same running up to each of them, and where the next begins. */
const running = rows => `SELECT pool_id, time, block, events,
                                ${each(names, name => `sum(${name}) OVER upto AS ${name}`)},
                                coalesce(lead(time) OVER upto, 'infinity') AS next_time,
                                coalesce(lead(block) OVER upto, 2147483647) AS next_block
                           FROM (${added(rows)}) a
                         WINDOW upto AS (PARTITION BY pool_id ORDER BY time, block)`

/** Rows from one of them to the next. One after the other, and asked for apart: a join could be planned from either end. */
const rowsOf = (
  from,
  d = 'd',
) => `s.pool_id = ${d}.pool_id AND (s.time, s.block) ${from} (${d}.time, ${d}.block)
       AND (s.time, s.block) < (${d}.next_time, ${d}.next_block)`
const anyOf = from => `EXISTS (SELECT FROM stake_pool_at s WHERE ${rowsOf(from, 'r')} OFFSET 0)`

/** Whether a pool has rows after the first of its new ones: the chain's order has none. */
const isLate = rows => `EXISTS (SELECT FROM (SELECT DISTINCT ON (pool_id) pool_id, time, block FROM ${rows}
                                 ORDER BY pool_id, time, block) r
      WHERE EXISTS (SELECT FROM stake_pool_at s
                     WHERE s.pool_id = r.pool_id AND (s.time, s.block) > (r.time, r.block) OFFSET 0))`

const insertAt = rows => `
    late := ${isLate(rows)};
    INSERT INTO stake_pool_at AS s (pool_id, time, block, chain, events, ${each(names, name => name)})
    SELECT a.pool_id, a.time, a.block, a.chain, a.events,
           ${each(names, name => `coalesce(b.${name}, 0) + sum(a.${name}) OVER upto`)}
      FROM (${added(rows)}) a
      LEFT JOIN LATERAL (SELECT * FROM stake_pool_at b
                          WHERE b.pool_id = a.pool_id AND (b.time, b.block) <= (a.time, a.block)
                          ORDER BY b.time DESC, b.block DESC LIMIT 1) b ON true
    WINDOW upto AS (PARTITION BY a.pool_id ORDER BY a.time, a.block)
        ON CONFLICT (pool_id, time, block) DO UPDATE
       SET events = s.events + excluded.events, ${each(names, name => `${name} = excluded.${name}`)};
    IF late THEN
      FOR d IN SELECT * FROM (${running(rows)}) r WHERE ${anyOf('>')} LOOP
        UPDATE stake_pool_at s SET ${each(names, name => `${name} = s.${name} + d.${name}`)} WHERE ${rowsOf('>')};
      END LOOP;
    END IF`

const deleteAt = rows => `
    FOR d IN SELECT * FROM (${running(rows)}) r WHERE ${anyOf('>=')} LOOP
      UPDATE stake_pool_at s
         SET events = s.events - CASE WHEN (s.time, s.block) = (d.time, d.block) THEN d.events ELSE 0 END,
             ${each(names, name => `${name} = s.${name} - d.${name}`)}
       WHERE ${rowsOf('>=')};
      DELETE FROM stake_pool_at s
       WHERE s.pool_id = d.pool_id AND s.time = d.time AND s.block = d.block AND s.events = 0;
    END LOOP`

const ofDay = `date_trunc('day', time, 'UTC')`
const byDay = rows => `SELECT account_id, ${ofDay} AS day, pool_id, min(chain) AS chain,
                              ${each(dayNames, name => `${DAY_SUMS[name]} AS ${name}`)}
                         FROM ${rows} WHERE account_id IS NOT NULL GROUP BY 1, 2, 3`

const insertDays = rows => `
    INSERT INTO stake_account_day AS s (account_id, day, pool_id, chain, ${each(dayNames, name => name)})
    ${byDay(rows)}
        ON CONFLICT (account_id, day, pool_id) DO UPDATE
       SET ${each(dayNames, name => `${name} = s.${name} + excluded.${name}`)}`

const deleteDays = rows => `
    FOR d IN ${byDay(rows)} LOOP
      UPDATE stake_account_day s SET ${each(dayNames, name => `${name} = s.${name} - d.${name}`)}
       WHERE s.account_id = d.account_id AND s.day = d.day AND s.pool_id = d.pool_id;
      DELETE FROM stake_account_day s
       WHERE s.account_id = d.account_id AND s.day = d.day AND s.pool_id = d.pool_id AND s.events = 0;
    END LOOP`

const EVENTS = {
  inserted: {
    on: 'INSERT',
    referencing: 'REFERENCING NEW TABLE AS new_rows',
    body: [insertAt('new_rows'), insertDays('new_rows')],
  },
  deleted: {
    on: 'DELETE',
    referencing: 'REFERENCING OLD TABLE AS old_rows',
    body: [deleteAt('old_rows'), deleteDays('old_rows')],
  },
  updated: {
    on: 'UPDATE',
    referencing: 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows',
    body: [deleteAt('old_rows'), deleteDays('old_rows'), insertAt('new_rows'), insertDays('new_rows')],
  },
  truncated: { on: 'TRUNCATE', referencing: '', body: ['TRUNCATE stake_pool_at, stake_account_day'] },
}

module.exports = class StakeSums1796000000200 {
  name = 'StakeSums1796000000200'

  async up(db) {
    await db.query(`CREATE TABLE stake_pool_at (
            pool_id text NOT NULL,
            time timestamptz NOT NULL,
            block integer NOT NULL,
            chain text NOT NULL,
            events bigint NOT NULL,
            ${names.map(name => `${name} numeric NOT NULL`).join(',\n            ')}
        ) WITH (fillfactor = 90)`)
    await db.query(`CREATE TABLE stake_account_day (
            account_id text NOT NULL,
            day timestamptz NOT NULL,
            pool_id text NOT NULL,
            chain text NOT NULL,
            ${dayNames.map(name => `${name} numeric NOT NULL`).join(',\n            ')}
        ) WITH (fillfactor = 60)`)
    await db.query(`INSERT INTO stake_pool_at (pool_id, time, block, chain, events, ${each(names, name => name)})
        SELECT pool_id, time, block, chain, events, ${each(names, name => `sum(${name}) OVER upto`)}
          FROM (${added('stake_event')}) a
        WINDOW upto AS (PARTITION BY pool_id ORDER BY time, block)`)
    await db.query(
      `INSERT INTO stake_account_day (account_id, day, pool_id, chain, ${each(dayNames, name => name)}) ${byDay('stake_event')}`,
    )
    await db.query(`ALTER TABLE stake_pool_at ADD PRIMARY KEY (pool_id, time, block)`)
    // Up to what time a height goes. Not by pool: what reads a pool's rows must find them by nothing but the key.
    await db.query(`CREATE INDEX stake_pool_at_block ON stake_pool_at (chain, block)`)
    await db.query(`ALTER TABLE stake_account_day ADD PRIMARY KEY (account_id, day, pool_id)`)
    // Who was first, whatever else a pool had before and since.
    await db.query(`CREATE INDEX stake_event_first_patron ON stake_event (pool_id, time)
                     WHERE kind = 'STAKE' AND account_id IS NOT NULL`)
    for (const [name, { on, referencing, body }] of Object.entries(EVENTS)) {
      // Planned while the tables are empty, kept for the session: each of these is an index's work whatever they hold.
      await db.query(`CREATE FUNCTION stake_sums_${name}() RETURNS trigger LANGUAGE plpgsql
            SET enable_seqscan = off SET enable_bitmapscan = off
            AS $$ DECLARE d record; late boolean; BEGIN ${body.join(';')}; RETURN NULL; END $$`)
      await db.query(`CREATE TRIGGER stake_sums_${name} AFTER ${on} ON stake_event ${referencing}
            FOR EACH STATEMENT EXECUTE FUNCTION stake_sums_${name}()`)
    }
  }

  async down(db) {
    for (const name of Object.keys(EVENTS)) {
      await db.query(`DROP TRIGGER stake_sums_${name} ON stake_event`)
      await db.query(`DROP FUNCTION stake_sums_${name}()`)
    }
    await db.query(`DROP INDEX stake_event_first_patron`)
    await db.query(`DROP TABLE stake_account_day`)
    await db.query(`DROP TABLE stake_pool_at`)
  }
}
