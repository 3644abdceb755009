// What a chain's processor knows of its chain and no entity holds: written outside the batch's transaction, so it is
// never rolled back with blocks. One row a chain, written by that chain's processor alone.
module.exports = class IndexerProgress1795440000001 {
  name = 'IndexerProgress1795440000001'

  async up(db) {
    await db.query(`CREATE TABLE indexer_progress (
            chain text PRIMARY KEY,
            name text NOT NULL,
            state_schema text NOT NULL,
            head integer NOT NULL,
            indexed integer NOT NULL,
            indexed_hash text NOT NULL,
            indexed_time timestamptz,
            finalized integer NOT NULL,
            start_block integer NOT NULL,
            blocks_per_second double precision NOT NULL,
            seconds_left double precision,
            problem text,
            updated_at timestamptz NOT NULL
        )`)
  }

  async down(db) {
    await db.query(`DROP TABLE indexer_progress`)
  }
}
