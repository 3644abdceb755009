// What subscriptions wait for: each statement that changes rows says on the channel `provenance` which ids it touched.
// Postgres delivers it after the commit, never for a transaction that fails, and once for equal payloads of one
// transaction. A rollback of blocks writes rows like anything else, so it is heard as well.
//
// Payload, at most 8000 bytes (NOTIFY's limit is below that): {"kind": "model", "keys": [["<id>"], …]}, or without
// keys: more changed than is worth naming.
module.exports = class Notifications1795440000200 {
  name = 'Notifications1795440000200'

  async up(db) {
    // TG_ARGV: kind, then the columns that make a key. Statements over more than 200 rows (history being read) are
    // told without keys: nobody watches them row by row, and payloads go through one queue of the whole server.
    await db.query(`CREATE FUNCTION provenance_notify() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            key text;
            payload text;
            touched bigint;
        BEGIN
            SELECT count(*) INTO touched FROM (SELECT FROM touched LIMIT 201) t;
            IF touched = 0 THEN RETURN NULL; END IF;
            IF touched > 200 THEN
                PERFORM pg_notify('provenance', json_build_object('kind', TG_ARGV[0])::text);
                RETURN NULL;
            END IF;
            SELECT 'json_build_array(' || string_agg(quote_ident(a), ', ' ORDER BY i) || ')::text' INTO key
              FROM unnest(TG_ARGV) WITH ORDINALITY AS t(a, i) WHERE i > 1;
            FOR payload IN EXECUTE format(
                -- Ids that name other chains' models may be long: what does not fit is told without keys.
                'SELECT CASE WHEN max(octet_length(key)) > 3500 THEN json_build_object(''kind'', $1)::text
                             ELSE format(''{"kind": %%s, "keys": [%%s]}'', to_json($1), string_agg(key, '','')) END
                   FROM (SELECT key, sum(octet_length(key) + 1) OVER (ORDER BY key) / 3500 AS chunk
                           FROM (SELECT DISTINCT %s AS key FROM touched) d) c
                  GROUP BY ceil(chunk)', key) USING TG_ARGV[0]
            LOOP
                PERFORM pg_notify('provenance', payload);
            END LOOP;
            RETURN NULL;
        END $$`)
    for (const [table, kind, ...columns] of WATCHED) {
      for (const [event, rows] of [
        ['INSERT', 'NEW'],
        ['UPDATE', 'NEW'],
        ['DELETE', 'OLD'],
      ]) {
        await db.query(`CREATE TRIGGER provenance_notify_${event.toLowerCase()}
                    AFTER ${event} ON ${table} REFERENCING ${rows} TABLE AS touched
                    FOR EACH STATEMENT EXECUTE FUNCTION provenance_notify('${[kind, ...columns].join("', '")}')`)
      }
    }
    // Heights: indexer_progress is written once an interval. A chain's processor can have each of its batches told
    // at once, by watching the store's own status table, which the store makes when it first connects.
    await db.query(`CREATE FUNCTION provenance_notify_chain() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('provenance', json_build_object('kind', 'chain',
                'keys', json_build_array(json_build_array(coalesce(TG_ARGV[0], to_json(NEW) ->> 'chain'))))::text);
            RETURN NULL;
        END $$`)
    await db.query(`CREATE TRIGGER provenance_notify_chain_first AFTER INSERT ON indexer_progress
            FOR EACH ROW EXECUTE FUNCTION provenance_notify_chain()`)
    await db.query(`CREATE TRIGGER provenance_notify_chain AFTER UPDATE ON indexer_progress FOR EACH ROW
            WHEN ((OLD.head, OLD.indexed, OLD.indexed_hash, OLD.finalized, OLD.problem)
                  IS DISTINCT FROM (NEW.head, NEW.indexed, NEW.indexed_hash, NEW.finalized, NEW.problem))
            EXECUTE FUNCTION provenance_notify_chain()`)
    await db.query(`CREATE FUNCTION provenance_watch_chain(state_schema text, chain text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            EXECUTE format('CREATE OR REPLACE TRIGGER provenance_notify_chain AFTER INSERT OR UPDATE ON %I.status
                FOR EACH ROW EXECUTE FUNCTION provenance_notify_chain(%L)', state_schema, chain);
        END $$`)
  }

  async down(db) {
    await db.query(`DROP FUNCTION provenance_watch_chain(text, text)`)
    await db.query(`DROP FUNCTION provenance_notify_chain() CASCADE`)
    await db.query(`DROP FUNCTION provenance_notify() CASCADE`)
  }
}

// table, kind, columns of the key
const WATCHED = [
  ['model', 'model', 'id'],
  ['lineage_edge', 'edge', 'child_id', 'parent_id'],
  ['stake_pool', 'model', 'model_id'],
  ['model_revenue', 'model', 'model_id'],
  ['model_version', 'model', 'model_id'],
  ['attestation', 'model', 'model_id'],
  ['dispute', 'model', 'model_id'],
  ['royalty_accrual', 'royalty', 'id', 'from_model_id', 'to_model_id'],
]
