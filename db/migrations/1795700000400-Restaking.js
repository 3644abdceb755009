// Restaking: stake on strategies, delegated to operators, slashed by magnitudes.
const TABLES = [
  'restaking_strategy',
  'restaker',
  'restaker_delegation',
  'restaked_position',
  'restaked_position_change',
  'operator_stake',
  'operator_stake_change',
  'magnitude_checkpoint',
  'operator_allocation',
  'restaking_withdrawal',
  'operator_slash',
  'burnable_shares',
  'restaking_reward',
  'restaking_reward_total',
]

module.exports = class Restaking1795700000400 {
  name = 'Restaking1795700000400'

  async up(db) {
    await db.query(`ALTER TABLE exit_request ALTER status TYPE character varying(8)`)
    await db.query(`ALTER TABLE exit_request ALTER ready_at DROP NOT NULL, ADD ready_block integer,
            ADD withdrawal_id text, ADD paid_shares numeric(78,0)`)
    await db.query(`CREATE INDEX "IDX_911f816a0f3583c6b06fef5e6b" ON "exit_request" ("withdrawal_id") `)
    await db.query(`CREATE TABLE "restaking_strategy" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "asset_id" text,
            "early_assets" numeric NOT NULL,
            CONSTRAINT "PK_58868212d00cb92afa00ee015c4" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE TABLE "restaker" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "account_id" text NOT NULL,
            "operator_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_95bbd2d36af92cc879f22d153f0" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_45a54c44db166d3da54fe76fc5" ON "restaker" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_006089c8d95c20b942d6b0abfe" ON "restaker" ("operator_id") `)
    await db.query(`CREATE TABLE "restaker_delegation" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "restaker_id" text NOT NULL,
            "operator_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_88a3b7b520cb4be687ce89c95ad" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_bb71e69cd7b23c9072780663ca" ON "restaker_delegation" ("restaker_id") `)
    await db.query(`CREATE INDEX "IDX_79307cd27a01a4db88a50f51d2" ON "restaker_delegation" ("operator_id") `)
    await db.query(`CREATE TABLE "restaked_position" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "account_id" text NOT NULL,
            "restaker_id" text NOT NULL,
            "deposit_shares" numeric NOT NULL,
            "scaling_factor" numeric(78,0) NOT NULL,
            "beacon_factor" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_41d265c8ee26ef595e46d513569" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_aefc50b3859f1f6f2caf81f687" ON "restaked_position" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_08e333201d0181174b9b88573a" ON "restaked_position" ("account_id") `)
    await db.query(`CREATE TABLE "restaked_position_change" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "position_id" text NOT NULL,
            "deposit_shares" numeric NOT NULL,
            "scaling_factor" numeric(78,0) NOT NULL,
            "beacon_factor" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_cf457aee763fc7d80eacf63497c" PRIMARY KEY ("id")
        )`)
    await db.query(
      `CREATE INDEX "IDX_f24fea9a17be1c5c9a01ed5d64" ON "restaked_position_change" ("position_id") `,
    )
    await db.query(`CREATE TABLE "operator_stake" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "operator_id" text NOT NULL,
            "shares" numeric NOT NULL,
            "max_magnitude" numeric(78,0) NOT NULL,
            "emitted_encumbered" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_eca099fc095a79be9f13d987cd8" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_3933e8a158adf2fdcc8480c8ed" ON "operator_stake" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_f2ba5d4694038247e3766dc048" ON "operator_stake" ("operator_id") `)
    await db.query(`CREATE TABLE "operator_stake_change" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "operator_stake_id" text NOT NULL,
            "shares" numeric NOT NULL,
            "max_magnitude" numeric(78,0) NOT NULL,
            "emitted_encumbered" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_0051410c2d9949ab0a31f673ecb" PRIMARY KEY ("id")
        )`)
    await db.query(
      `CREATE INDEX "IDX_fa538cdaf21352ba876921ac84" ON "operator_stake_change" ("operator_stake_id") `,
    )
    await db.query(`CREATE TABLE "magnitude_checkpoint" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "operator_stake_id" text NOT NULL,
            "magnitude" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            CONSTRAINT "PK_7b2c455a8c144a24cd1a5d61453" PRIMARY KEY ("id")
        )`)
    await db.query(
      `CREATE INDEX "IDX_648cd3ae2d1f6f23be3d66e21d" ON "magnitude_checkpoint" ("operator_stake_id") `,
    )
    await db.query(`CREATE TABLE "operator_allocation" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "operator_stake_id" text NOT NULL,
            "pool_id" text NOT NULL,
            "operator_id" text NOT NULL,
            "avs_id" text NOT NULL,
            "operator_set" numeric(78,0) NOT NULL,
            "model_id" text,
            "current_magnitude" numeric(78,0) NOT NULL,
            "target_magnitude" numeric(78,0) NOT NULL,
            "effect_block" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_16a514b33ebb6e386fd63f8b043" PRIMARY KEY ("id")
        )`)
    await db.query(
      `CREATE INDEX "IDX_df218077a04acecd1f422323c3" ON "operator_allocation" ("operator_stake_id") `,
    )
    await db.query(`CREATE INDEX "IDX_135f2c0e72f59e9a69d8e0bb8a" ON "operator_allocation" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_4219e94da837788a89dd6a8f32" ON "operator_allocation" ("operator_id") `)
    await db.query(`CREATE INDEX "IDX_85791f54d4e72aa3b13eed86bb" ON "operator_allocation" ("avs_id") `)
    await db.query(`CREATE INDEX "IDX_1b43ab67c32b5cf68caa7ea5f7" ON "operator_allocation" ("model_id") `)
    await db.query(`CREATE TABLE "restaking_withdrawal" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "account_id" text NOT NULL,
            "operator_id" text,
            "withdrawer_id" text NOT NULL,
            "nonce" numeric(78,0) NOT NULL,
            "start_block" numeric(78,0) NOT NULL,
            "slashable_until" numeric(78,0) NOT NULL,
            "parts" integer NOT NULL,
            "completed_block" integer,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_5d06cd5eff422e1e1a29cb4fe9f" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_f5eeec104a0a68adf15a6d7d1d" ON "restaking_withdrawal" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_5780306869340a928e934a2d55" ON "restaking_withdrawal" ("operator_id") `)
    await db.query(`CREATE TABLE "operator_slash" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "operator_id" text NOT NULL,
            "pool_id" text NOT NULL,
            "avs_id" text NOT NULL,
            "operator_set" numeric(78,0) NOT NULL,
            "model_id" text,
            "wad_slashed" numeric(78,0) NOT NULL,
            "operator_shares" numeric(78,0) NOT NULL,
            "queued_shares" numeric(78,0) NOT NULL,
            "reason" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_3c9b0eba9857216e1c255ac3eb6" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_c49e41b61b44301f7cfe0247ec" ON "operator_slash" ("operator_id") `)
    await db.query(`CREATE INDEX "IDX_36314c7406977d915978ebba72" ON "operator_slash" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_2a9b47a33e9b74a700e3d8dec0" ON "operator_slash" ("avs_id") `)
    await db.query(`CREATE INDEX "IDX_1062915de033d13f2e8346efea" ON "operator_slash" ("model_id") `)
    await db.query(`CREATE TABLE "burnable_shares" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "avs_id" text,
            "operator_set" numeric(78,0),
            "slash_id" numeric(78,0),
            "shares" numeric NOT NULL,
            CONSTRAINT "PK_2e52f1aa45c991d8077385c3e64" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_72c863bb6c4496c20f3569bdc3" ON "burnable_shares" ("pool_id") `)
    await db.query(`CREATE TABLE "restaking_reward" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "root" text NOT NULL,
            "earner_id" text NOT NULL,
            "claimer_id" text NOT NULL,
            "recipient_id" text NOT NULL,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_f8e29c1db15d65186e3d007b0a8" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_38688fa79106c199677490c6dd" ON "restaking_reward" ("earner_id") `)
    await db.query(`CREATE INDEX "IDX_57bcd0080cd9a2820431ef2e83" ON "restaking_reward" ("recipient_id") `)
    await db.query(`CREATE TABLE "restaking_reward_total" (
            "id" text NOT NULL,
            "chain" text NOT NULL,
            "earner_id" text NOT NULL,
            "token_id" text NOT NULL,
            "claimed" numeric NOT NULL,
            CONSTRAINT "PK_e0674a756279f37e39f65d58167" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_2f59244a91702877a156b26465" ON "restaking_reward_total" ("earner_id") `)
  }

  async down(db) {
    for (const table of TABLES) await db.query(`DROP TABLE ${table}`)
    await db.query(
      `DELETE FROM stake_event WHERE pool_id IN (SELECT id FROM stake_pool WHERE kind = 'RESTAKING')`,
    )
    await db.query(`DELETE FROM exit_request WHERE ready_at IS NULL`)
    await db.query(`DELETE FROM slash WHERE pool_id IN (SELECT id FROM stake_pool WHERE kind = 'RESTAKING')`)
    await db.query(`DELETE FROM stake_pool WHERE kind = 'RESTAKING'`)
    await db.query(`ALTER TABLE exit_request ALTER ready_at SET NOT NULL, DROP ready_block, DROP withdrawal_id,
            DROP paid_shares`)
    await db.query(`ALTER TABLE exit_request ALTER status TYPE character varying(7)`)
  }
}
