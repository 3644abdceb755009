// What Neo4j has yet to be told: a dirty key for each row changed in a table that src/graph projects. The keys of a
// transaction become visible with its rows. Why (xid, seq) and not seq alone: see src/graph/outbox.ts.
const TABLES = ['model', 'account', 'token', 'lineage_edge', 'stake_pool', 'stake_position', 'royalty_total']

module.exports = class GraphOutbox1795440000100 {
  name = 'GraphOutbox1795440000100'

  async up(db) {
    await db.query(`CREATE TABLE graph_outbox (
            xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            seq bigserial NOT NULL,
            kind text NOT NULL,
            id text NOT NULL,
            PRIMARY KEY (xid, seq)
        )`)
    // A queue: filled and emptied all the time, so dead rows are cleared early.
    await db.query(`ALTER TABLE graph_outbox SET (autovacuum_vacuum_scale_factor = 0.02)`)

    // Statement triggers with transition tables: less than half the cost of row triggers. A transition table serves
    // one event only, hence three functions; TG_TABLE_NAME is the kind, so that they serve every table.
    await db.query(`CREATE FUNCTION graph_outbox_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO graph_outbox (kind, id) SELECT TG_TABLE_NAME, id FROM new_rows;
            RETURN NULL;
        END $$`)
    await db.query(`CREATE FUNCTION graph_outbox_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO graph_outbox (kind, id) SELECT TG_TABLE_NAME, id FROM old_rows;
            RETURN NULL;
        END $$`)
    // The join finds rows that an update left as they were, and both ids of a row whose id changed.
    await db.query(`CREATE FUNCTION graph_outbox_updated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO graph_outbox (kind, id)
            SELECT TG_TABLE_NAME, coalesce(n.id, o.id)
              FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
             WHERE o IS DISTINCT FROM n;
            RETURN NULL;
        END $$`)
    // All rows at once: the graph is made anew (see WHOLE_TABLE in src/graph/outbox.ts).
    await db.query(`CREATE FUNCTION graph_outbox_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO graph_outbox (kind, id) VALUES (TG_TABLE_NAME, '*');
            RETURN NULL;
        END $$`)
    for (const table of TABLES) {
      await db.query(`CREATE TRIGGER graph_outbox_inserted AFTER INSERT ON ${table}
                REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_inserted()`)
      await db.query(`CREATE TRIGGER graph_outbox_deleted AFTER DELETE ON ${table}
                REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_deleted()`)
      await db.query(`CREATE TRIGGER graph_outbox_updated AFTER UPDATE ON ${table}
                REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
                FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_updated()`)
      await db.query(`CREATE TRIGGER graph_outbox_truncated AFTER TRUNCATE ON ${table}
                FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_truncated()`)
    }

    // How far Neo4j was when it last said so. One row; written after Neo4j's commit, so never ahead of Neo4j, unless
    // Neo4j was put back to an older state. `identity` tells this database from others that Neo4j may have served.
    await db.query(`CREATE TABLE graph_watermark (
            id boolean PRIMARY KEY DEFAULT true CHECK (id),
            identity uuid NOT NULL DEFAULT gen_random_uuid(),
            generation uuid,
            xid xid8 NOT NULL DEFAULT '0',
            seq bigint NOT NULL DEFAULT 0,
            heights jsonb NOT NULL DEFAULT '[]',
            projected_at timestamptz,
            problem text
        )`)
    await db.query(`INSERT INTO graph_watermark DEFAULT VALUES`)
  }

  async down(db) {
    await db.query(`DROP TABLE graph_watermark`)
    for (const table of TABLES) {
      for (const event of ['inserted', 'deleted', 'updated', 'truncated']) {
        await db.query(`DROP TRIGGER graph_outbox_${event} ON ${table}`)
      }
    }
    for (const event of ['inserted', 'deleted', 'updated', 'truncated']) {
      await db.query(`DROP FUNCTION graph_outbox_${event}()`)
    }
    await db.query(`DROP TABLE graph_outbox`)
  }
}
