// Allocations and their delays at any block, magnitudes that are searched for by number, cores without looking through all
// contributions, and what contributions earn before they are paid. Rows of before are made anew: LEDGER_REVISION.
const ORIGIN = `"block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL`

module.exports = class StakeHistories1795900000200 {
  name = 'StakeHistories1795900000200'

  async up(db) {
    await db.query(`ALTER TABLE operator_stake ADD checkpoints integer NOT NULL DEFAULT 0`)
    await db.query(`ALTER TABLE operator_stake ALTER checkpoints DROP DEFAULT`)
    await db.query(`CREATE TABLE "operator_allocation_change" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "allocation_id" text NOT NULL,
            "current_magnitude" numeric(78,0) NOT NULL,
            "target_magnitude" numeric(78,0) NOT NULL,
            "effect_block" numeric(78,0) NOT NULL,
            ${ORIGIN},
            CONSTRAINT "PK_09a52b34bc9fe0f6c878a96d3da" PRIMARY KEY ("id")
        )`)
    await db.query(
      `CREATE INDEX "IDX_ea5b8907338e50621394a35a5b" ON "operator_allocation_change" ("allocation_id") `,
    )
    await db.query(
      `CREATE INDEX operator_allocation_change_at ON operator_allocation_change (allocation_id, block)`,
    )
    await db.query(`CREATE TABLE "allocation_delay" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "operator_id" text NOT NULL,
            "current" numeric(78,0),
            "next" numeric(78,0) NOT NULL,
            "effect_block" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_a9576b72d8bd09ebc9c239bfb08" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_c1ebcad2b467f6340378e68148" ON "allocation_delay" ("operator_id") `)
    await db.query(`CREATE TABLE "allocation_delay_change" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "delay_id" text NOT NULL,
            "current" numeric(78,0),
            "next" numeric(78,0) NOT NULL,
            "effect_block" numeric(78,0) NOT NULL,
            ${ORIGIN},
            CONSTRAINT "PK_56547f5e16f332dee33fe7427af" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_fb48bde571ac7ed8c2c7bd60fe" ON "allocation_delay_change" ("delay_id") `)
    await db.query(`CREATE INDEX allocation_delay_change_at ON allocation_delay_change (delay_id, block)`)
    await db.query(`ALTER TABLE contribution ADD service_core integer,
            ADD reward_impact numeric(78,0) NOT NULL DEFAULT 0,
            ADD own_pending numeric NOT NULL DEFAULT 0, ADD children_pending numeric NOT NULL DEFAULT 0`)
    await db.query(`ALTER TABLE contribution ALTER reward_impact DROP DEFAULT,
            ALTER own_pending DROP DEFAULT, ALTER children_pending DROP DEFAULT`)
    await db.query(`CREATE TABLE "model_core" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "model_id" text NOT NULL,
            "core" integer NOT NULL,
            "contribution_id" text NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_6fb4f5c4beae383be887f393714" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_d21b3171edea45f743a4b27ba2" ON "model_core" ("model_id") `)
    await db.query(`CREATE TABLE "reward_round" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "number" numeric(78,0) NOT NULL,
            "token_id" text NOT NULL,
            "staker_amount" numeric(78,0),
            "validator_amount" numeric(78,0) NOT NULL,
            "contributor_amount" numeric(78,0),
            ${ORIGIN},
            CONSTRAINT "PK_97170fd399131d84919b84221e6" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_343bf46a6476f47f931b6a0a97" ON "reward_round" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_95d7b04c79e119cdeef29d4b3d" ON "reward_round" ("token_id") `)
  }

  async down(db) {
    for (const table of [
      'reward_round',
      'model_core',
      'allocation_delay_change',
      'allocation_delay',
      'operator_allocation_change',
    ])
      await db.query(`DROP TABLE ${table}`)
    await db.query(`ALTER TABLE contribution DROP service_core, DROP reward_impact, DROP own_pending,
            DROP children_pending`)
    await db.query(`ALTER TABLE operator_stake DROP checkpoints`)
  }
}
