// Vote escrows: pools of no model, their locks, and the votes that steer to models. What Neo4j has of the votes follows
// from steering_vote by the triggers of GraphOutbox.
const OF_A_POOL = ['stake_pool', 'stake_position', 'stake_event', 'exit_request', 'slash', 'delegation']
const EVENTS = {
  inserted: ['INSERT', 'NEW TABLE AS new_rows'],
  deleted: ['DELETE', 'OLD TABLE AS old_rows'],
  updated: ['UPDATE', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'],
}

module.exports = class VoteEscrow1795700000200 {
  name = 'VoteEscrow1795700000200'

  async up(db) {
    for (const table of OF_A_POOL) await db.query(`ALTER TABLE ${table} ALTER model_id DROP NOT NULL`)
    await db.query(`ALTER TABLE stake_pool ALTER kind TYPE character varying(16)`)
    await db.query(`ALTER TABLE stake_pool ADD vote_formula character varying(6), ADD max_lock_seconds integer,
        ADD lock_step_seconds integer`)
    await db.query(`CREATE TABLE "vote_lock" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "account_id" text NOT NULL,
            "amount" numeric NOT NULL,
            "starts_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "permanent" boolean NOT NULL,
            "bias" numeric NOT NULL,
            "slope" numeric NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_8ff1e9b9450bb03af37e0a13f73" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_d8f67f400fc9bcb18d9f13b48c" ON "vote_lock" ("pool_id")`)
    await db.query(`CREATE INDEX "IDX_1ee087f9753c2d5cf631698f6a" ON "vote_lock" ("account_id")`)
    await db.query(`CREATE TABLE "vote_lock_event" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "lock_id" text NOT NULL,
            "pool_id" text NOT NULL,
            "account_id" text NOT NULL,
            "amount_delta" numeric(78,0) NOT NULL,
            "starts_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "permanent" boolean NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_d92fdb34acc2297cb5184e77e37" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_34ea0f271d0df9ea5ec0fb79d4" ON "vote_lock_event" ("lock_id")`)
    await db.query(`CREATE INDEX "IDX_404454de65601c10ff0d797d58" ON "vote_lock_event" ("pool_id")`)
    await db.query(`CREATE INDEX "IDX_500178241157d049c149be767b" ON "vote_lock_event" ("account_id")`)
    await db.query(`CREATE TABLE "vote_gauge" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text,
            "gauge_type" numeric(78,0),
            "base_weight" numeric NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_bf4eb3172cd16c7ca1a628d1164" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_0cd6e30ebf1b4959392d0872e9" ON "vote_gauge" ("pool_id")`)
    await db.query(`CREATE INDEX "IDX_047d72e2d879d891daa36bf876" ON "vote_gauge" ("model_id")`)
    await db.query(`CREATE TABLE "steering_vote" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "gauge_id" text NOT NULL,
            "model_id" text,
            "account_id" text NOT NULL,
            "lock_id" text NOT NULL,
            "weight_bps" integer NOT NULL,
            "amount" numeric NOT NULL,
            "starts_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "ends_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "permanent" boolean NOT NULL,
            "bias" numeric NOT NULL,
            "slope" numeric NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_d1a4dc65471e21ebffc1c5a248e" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_e8dc43cd09f8a82734d3d6c4fd" ON "steering_vote" ("pool_id")`)
    await db.query(`CREATE INDEX "IDX_2e27e2673e813bc0805c9c7dce" ON "steering_vote" ("gauge_id")`)
    await db.query(`CREATE INDEX "IDX_80a7dcf8b475d6673fc89421b3" ON "steering_vote" ("model_id")`)
    await db.query(`CREATE INDEX "IDX_d1c13764a413a515f0e3fc81d2" ON "steering_vote" ("account_id")`)
    await db.query(`CREATE INDEX "IDX_25b2010bcabd74afcf4874cac3" ON "steering_vote" ("lock_id")`)
    await db.query(`CREATE TABLE "steering_vote_event" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "gauge_id" text NOT NULL,
            "model_id" text,
            "account_id" text NOT NULL,
            "lock_id" text NOT NULL,
            "weight_bps" integer NOT NULL,
            "previous_weight_bps" integer NOT NULL,
            "bias" numeric NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_ee90edba5572946d733cc366c47" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_b4e04fac121438a330f3ed5754" ON "steering_vote_event" ("pool_id")`)
    await db.query(`CREATE INDEX "IDX_59b154931c8436b50557ad78bb" ON "steering_vote_event" ("gauge_id")`)
    await db.query(`CREATE INDEX "IDX_fc92af0a217ba743d765411f42" ON "steering_vote_event" ("model_id")`)
    await db.query(`CREATE INDEX "IDX_6ffee9efb4ba74bedbd01db862" ON "steering_vote_event" ("account_id")`)
    for (const [name, [event, rows]] of Object.entries(EVENTS)) {
      await db.query(`CREATE TRIGGER graph_outbox_${name} AFTER ${event} ON steering_vote
          REFERENCING ${rows} FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_${name}()`)
    }
    await db.query(`CREATE TRIGGER graph_outbox_truncated AFTER TRUNCATE ON steering_vote
        FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_truncated()`)
  }

  async down(db) {
    for (const table of [
      'vote_lock',
      'vote_lock_event',
      'vote_gauge',
      'steering_vote',
      'steering_vote_event',
    ]) {
      await db.query(`DROP TABLE ${table}`)
    }
    await db.query(`ALTER TABLE stake_pool DROP vote_formula, DROP max_lock_seconds, DROP lock_step_seconds`)
    for (const table of OF_A_POOL) {
      await db.query(`DELETE FROM ${table} WHERE model_id IS NULL`)
      await db.query(`ALTER TABLE ${table} ALTER model_id SET NOT NULL`)
    }
  }
}
