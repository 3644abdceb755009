// Which database, of which cluster and history, Neo4j's graph is made from, and how many steps it has come: so that
// either store put back to an earlier state is noticed. See src/graph/acknowledgement.ts.
module.exports = class GraphIdentity1795440001500 {
  name = 'GraphIdentity1795440001500'

  async up(db) {
    // A copy of the files has another cluster's place but its system identifier; a dump restored elsewhere has another
    // one; a standby that was promoted, or a recovery to a point in time, has another timeline. What a managed Postgres
    // refuses to tell is left out: never a reason to fail. pg_walfile_name tells the timeline that is written now;
    // the control file only that of the last checkpoint, but it is all that a standby can tell.
    await db.query(`CREATE FUNCTION graph_identity() RETURNS text LANGUAGE plpgsql STABLE AS $$
        DECLARE
            database text;
            cluster text := '';
            timeline text := '';
        BEGIN
            SELECT identity || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())
              INTO database FROM graph_watermark;
            BEGIN
                cluster := (SELECT system_identifier FROM pg_control_system());
            EXCEPTION WHEN OTHERS THEN
            END;
            BEGIN
                IF pg_is_in_recovery() THEN
                    timeline := (SELECT greatest(c.timeline_id, r.min_recovery_end_timeline)
                                   FROM pg_control_checkpoint() c, pg_control_recovery() r);
                ELSE
                    timeline := ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int;
                END IF;
            EXCEPTION WHEN OTHERS THEN
            END;
            RETURN concat_ws(':', database, cluster, timeline);
        END $$`)

    // step: how many transactions have gone into Neo4j since the graph was made. making: the generation that was begun
    // last, written before Neo4j is emptied for it.
    await db.query(
      `ALTER TABLE graph_watermark ADD COLUMN step bigint NOT NULL DEFAULT 0, ADD COLUMN making uuid`,
    )

    // Rows that Neo4j refuses, and why: the projector goes on without them.
    await db.query(`CREATE TABLE graph_refused (
            kind text NOT NULL,
            id text NOT NULL,
            reason text NOT NULL,
            refused_at timestamptz NOT NULL DEFAULT now()
        )`)
    // No primary key: an id that is too long for an index is one of the reasons.
    await db.query(`CREATE INDEX graph_refused_id ON graph_refused USING hash (id)`)
  }

  async down(db) {
    await db.query(`DROP TABLE graph_refused`)
    await db.query(`ALTER TABLE graph_watermark DROP COLUMN step, DROP COLUMN making`)
    await db.query(`DROP FUNCTION graph_identity()`)
  }
}
