// Stake by day. Its rows are updated over and over and no indexed column of theirs changes: see UpdatedTables.
module.exports = class StakeDays1795800000400 {
  name = 'StakeDays1795800000400'

  async up(db) {
    await db.query(`CREATE TABLE "stake_day" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "kind" character varying(16) NOT NULL,
            "asset_id" text NOT NULL,
            "model_id" text,
            "day" TIMESTAMP WITH TIME ZONE NOT NULL,
            "active_delta" numeric NOT NULL,
            "exiting_delta" numeric NOT NULL,
            "active_seconds" numeric NOT NULL,
            "inflow" numeric NOT NULL,
            "outflow" numeric NOT NULL,
            "compounded" numeric NOT NULL,
            "slashed" numeric NOT NULL,
            "unstaked" numeric NOT NULL,
            CONSTRAINT "PK_631b817ab1deabe56d35e1d02df" PRIMARY KEY ("id")
        ) WITH (fillfactor = 60)`)
    await db.query(`CREATE INDEX "IDX_f9a67fb58ab6f2711ba91d01cd" ON "stake_day" ("model_id") `)
  }

  async down(db) {
    await db.query(`DROP TABLE "stake_day"`)
  }
}
