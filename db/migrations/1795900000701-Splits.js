// Splits of revenue, their recipients' parts, and what waits in the warehouse of 0xSplits.
module.exports = class Splits1795900000701 {
  name = 'Splits1795900000701'

  async up(db) {
    await db.query(`CREATE TABLE revenue_split (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text,
            "total_allocation" numeric(78,0) NOT NULL,
            "incentive" integer NOT NULL,
            "recipient_count" integer NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX revenue_split_model_id ON revenue_split (model_id)`)
    await db.query(`CREATE TABLE split_share (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "split_id" text NOT NULL,
            "ordinal" integer NOT NULL,
            "account_id" text NOT NULL,
            "model_id" text,
            "allocation" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX split_share_split_id ON split_share (split_id)`)
    await db.query(`CREATE INDEX split_share_account_id ON split_share (account_id)`)
    await db.query(`CREATE INDEX split_share_model_id ON split_share (model_id)`)
    await db.query(`CREATE TABLE warehouse_balance (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "account_id" text NOT NULL,
            "token_id" text NOT NULL,
            "balance" numeric NOT NULL,
            "royalties" numeric NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX warehouse_balance_account_id ON warehouse_balance (account_id)`)
    // Updated over and over: see UpdatedTables.
    await db.query(`ALTER TABLE warehouse_balance SET (fillfactor = 60)`)
  }

  async down(db) {
    for (const table of ['warehouse_balance', 'split_share', 'revenue_split'])
      await db.query(`DROP TABLE ${table}`)
  }
}
