// Questions to the chain that no endpoint answered yet (src/indexer/reads).
module.exports = class PendingReads1795700000100 {
  name = 'PendingReads1795700000100'

  async up(db) {
    await db.query(`CREATE TABLE pending_read (
            "id" character varying NOT NULL PRIMARY KEY,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "target" text NOT NULL,
            "call" text NOT NULL,
            "once" boolean NOT NULL,
            "block" integer NOT NULL,
            "block_hash" text NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL
        )`)
    await db.query(`CREATE INDEX pending_read_chain ON pending_read (chain)`)
  }

  async down(db) {
    await db.query(`DROP TABLE pending_read`)
  }
}
