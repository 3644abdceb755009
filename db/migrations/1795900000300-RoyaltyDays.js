// What moved of an account's royalties by day and token: a statement's sums read these and the facts of the day in
// which they begin or end, not the whole history. Kept by statement triggers, so that they hold for whoever writes or takes back
// a fact, in the same transaction; statements check them against their lines.
const FACTS = {
  royalty_accrual: { account: 'beneficiary_id', sum: 'accrued', count: 'accruals' },
  vault_credit: { account: 'account_id', sum: 'credited', count: 'credits' },
  royalty_claim: { account: 'account_id', sum: 'claimed', count: 'claims' },
}

const dayOf = column => `date_trunc('day', ${column}, 'UTC')`

/** Adds rows of a fact's table to their days; of rows that moved nothing no day is made. */
function add({ account, sum, count }, rows, sign) {
  return `INSERT INTO royalty_day AS d (account_id, token_id, day, ${sum}, ${count})
          SELECT ${account}, token_id, ${dayOf('time')}, ${sign}sum(amount), ${sign}count(*)
            FROM ${rows} WHERE amount <> 0 GROUP BY 1, 2, 3
              ON CONFLICT (account_id, day, token_id) DO UPDATE
             SET ${sum} = d.${sum} + excluded.${sum}, ${count} = d.${count} + excluded.${count}`
}

module.exports = class RoyaltyDays1795900000300 {
  name = 'RoyaltyDays1795900000300'

  async up(db) {
    await db.query(`CREATE TABLE royalty_day (
            account_id text NOT NULL,
            token_id text NOT NULL,
            day timestamptz NOT NULL,
            accrued numeric NOT NULL DEFAULT 0,
            accruals bigint NOT NULL DEFAULT 0,
            credited numeric NOT NULL DEFAULT 0,
            credits bigint NOT NULL DEFAULT 0,
            claimed numeric NOT NULL DEFAULT 0,
            claims bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (account_id, day, token_id)
        ) WITH (fillfactor = 60)`)
    for (const [table, fact] of Object.entries(FACTS)) {
      await db.query(add(fact, table, ''))
      const body = statements =>
        `RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statements}; RETURN NULL; END $$`
      await db.query(`CREATE FUNCTION ${table}_day_inserted() ${body(add(fact, 'new_rows', ''))}`)
      await db.query(`CREATE FUNCTION ${table}_day_deleted() ${body(add(fact, 'old_rows', '-'))}`)
      await db.query(
        `CREATE FUNCTION ${table}_day_updated() ${body(`${add(fact, 'old_rows', '-')}; ${add(fact, 'new_rows', '')}`)}`,
      )
      await db.query(
        `CREATE FUNCTION ${table}_day_truncated() ${body(`UPDATE royalty_day SET ${fact.sum} = 0, ${fact.count} = 0`)}`,
      )
      await db.query(`CREATE TRIGGER royalty_day_inserted AFTER INSERT ON ${table}
            REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION ${table}_day_inserted()`)
      await db.query(`CREATE TRIGGER royalty_day_deleted AFTER DELETE ON ${table}
            REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION ${table}_day_deleted()`)
      await db.query(`CREATE TRIGGER royalty_day_updated AFTER UPDATE ON ${table}
            REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION ${table}_day_updated()`)
      await db.query(`CREATE TRIGGER royalty_day_truncated AFTER TRUNCATE ON ${table}
            FOR EACH STATEMENT EXECUTE FUNCTION ${table}_day_truncated()`)
    }
  }

  async down(db) {
    for (const table of Object.keys(FACTS)) {
      for (const event of ['inserted', 'deleted', 'updated', 'truncated']) {
        await db.query(`DROP TRIGGER royalty_day_${event} ON ${table}`)
        await db.query(`DROP FUNCTION ${table}_day_${event}()`)
      }
    }
    await db.query(`DROP TABLE royalty_day`)
  }
}
