// Whether two snapshots see the same lineage, and what changed between them: the API holds the edges in its memory and
// follows by this (src/graph/memory). A chain's version goes up with each statement that touches its edges, a rollback of
// blocks included, and is seen with the rows. The row is locked until the commit, so versions are in the order of commits.
module.exports = class LineageVersions1795900000401 {
  name = 'LineageVersions1795900000401'

  async up(db) {
    await db.query(`CREATE TABLE lineage_version (chain text PRIMARY KEY, version bigint NOT NULL)`)
    await db.query(`INSERT INTO lineage_version SELECT DISTINCT chain, 1 FROM lineage_edge`)
    // child_id: whose edges changed; null: more than are named, as while history is read.
    await db.query(
      `CREATE TABLE lineage_change (chain text NOT NULL, version bigint NOT NULL, child_id text)`,
    )
    await db.query(`CREATE INDEX lineage_change_version ON lineage_change (chain, version)`)
    await db.query(`ALTER TABLE lineage_change SET (autovacuum_vacuum_scale_factor = 0.02)`)
    await db.query(`CREATE FUNCTION lineage_changed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            touch record;
            number bigint;
        BEGIN
            FOR touch IN SELECT t.chain, count(*) AS edges FROM touched t GROUP BY t.chain ORDER BY t.chain LOOP
                INSERT INTO lineage_version AS v VALUES (touch.chain, 1)
                    ON CONFLICT (chain) DO UPDATE SET version = v.version + 1 RETURNING version INTO number;
                IF touch.edges > 200 THEN
                    INSERT INTO lineage_change VALUES (touch.chain, number, NULL);
                ELSE
                    INSERT INTO lineage_change
                    SELECT DISTINCT t.chain, number, t.child_id FROM touched t WHERE t.chain = touch.chain;
                END IF;
                -- Who is further behind reads all edges anew.
                DELETE FROM lineage_change c WHERE c.chain = touch.chain AND c.version <= number - 1000;
            END LOOP;
            RETURN NULL;
        END $$`)
    // A child that an update gives an edge to, and the one that it takes it from.
    for (const [name, event, rows] of [
      ['inserted', 'INSERT', 'NEW'],
      ['deleted', 'DELETE', 'OLD'],
      ['updated_from', 'UPDATE', 'OLD'],
      ['updated_to', 'UPDATE', 'NEW'],
    ]) {
      await db.query(`CREATE TRIGGER lineage_${name} AFTER ${event} ON lineage_edge
          REFERENCING ${rows} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION lineage_changed()`)
    }
    await db.query(`CREATE FUNCTION lineage_truncated() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE lineage_version SET version = version + 1;
            INSERT INTO lineage_change SELECT chain, version, NULL FROM lineage_version;
            RETURN NULL;
        END $$`)
    await db.query(`CREATE TRIGGER lineage_truncated AFTER TRUNCATE ON lineage_edge
        FOR EACH STATEMENT EXECUTE FUNCTION lineage_truncated()`)
  }

  async down(db) {
    await db.query(`DROP FUNCTION lineage_changed() CASCADE`)
    await db.query(`DROP FUNCTION lineage_truncated() CASCADE`)
    await db.query(`DROP TABLE lineage_change`)
    await db.query(`DROP TABLE lineage_version`)
  }
}
