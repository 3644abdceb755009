// Contracts, contributions and rewards of agents, votes by delegate, and bonding curves.
module.exports = class AgentsAndCurves1795700000300 {
  name = 'AgentsAndCurves1795700000300'

  async up(db) {
    await db.query(`ALTER TABLE model ADD suspended boolean NOT NULL DEFAULT false`)
    await db.query(`ALTER TABLE model_version ADD source_id text`)
    // As long as BONDING_CURVE.
    await db.query(`ALTER TABLE stake_pool ADD retired_at timestamptz`)
    await db.query(`CREATE TABLE model_contract (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "role" text NOT NULL,
            "account_id" text NOT NULL,
            "current" boolean NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX model_contract_model_id ON model_contract (model_id)`)
    await db.query(`CREATE INDEX model_contract_account_id ON model_contract (account_id)`)
    await db.query(`CREATE TABLE contribution (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text,
            "number" numeric(78,0),
            "parent_id" text,
            "dataset_id" text,
            "is_model" boolean,
            "core" integer,
            "accepted" boolean NOT NULL,
            "accepted_at" TIMESTAMP WITH TIME ZONE,
            "current" boolean NOT NULL,
            "maturity" numeric(78,0),
            "impact" numeric(78,0),
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX contribution_model_id ON contribution (model_id)`)
    await db.query(`CREATE INDEX contribution_parent_id ON contribution (parent_id)`)
    await db.query(`CREATE INDEX contribution_dataset_id ON contribution (dataset_id)`)
    await db.query(`CREATE TABLE delegate_votes (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text,
            "delegate_id" text NOT NULL,
            "votes" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX delegate_votes_pool_id ON delegate_votes (pool_id)`)
    await db.query(`CREATE INDEX delegate_votes_model_id ON delegate_votes (model_id)`)
    await db.query(`CREATE INDEX delegate_votes_delegate_id ON delegate_votes (delegate_id)`)
    await db.query(`CREATE TABLE reward_claim (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "kind" character varying(9) NOT NULL,
            "model_id" text NOT NULL,
            "account_id" text NOT NULL,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX reward_claim_model_id ON reward_claim (model_id)`)
    await db.query(`CREATE INDEX reward_claim_account_id ON reward_claim (account_id)`)
    await db.query(`CREATE TABLE bonding_curve (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "pair_id" text NOT NULL,
            "token_id" text NOT NULL,
            "asset_id" text NOT NULL,
            "creator_id" text,
            "reserve_token" numeric NOT NULL,
            "reserve_asset" numeric NOT NULL,
            "initial_reserve_token" numeric(78,0) NOT NULL,
            "initial_reserve_asset" numeric(78,0) NOT NULL,
            "price" numeric,
            "trade_count" integer NOT NULL,
            "graduated_model_id" text,
            "graduated_token_id" text,
            "graduated_at" TIMESTAMP WITH TIME ZONE,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX bonding_curve_pool_id ON bonding_curve (pool_id)`)
    await db.query(`CREATE INDEX bonding_curve_model_id ON bonding_curve (model_id)`)
    await db.query(`CREATE INDEX bonding_curve_token_id ON bonding_curve (token_id)`)
    await db.query(`CREATE INDEX bonding_curve_graduated_model_id ON bonding_curve (graduated_model_id)`)
    await db.query(`CREATE TABLE curve_trade (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "curve_id" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "trader_id" text NOT NULL,
            "side" character varying(4) NOT NULL,
            "tokens" numeric(78,0) NOT NULL,
            "assets" numeric(78,0) NOT NULL,
            "tax" numeric(78,0) NOT NULL,
            "reserve_token" numeric NOT NULL,
            "reserve_asset" numeric NOT NULL,
            "price" numeric,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(`CREATE INDEX curve_trade_curve_id ON curve_trade (curve_id)`)
    await db.query(`CREATE INDEX curve_trade_pool_id ON curve_trade (pool_id)`)
    await db.query(`CREATE INDEX curve_trade_model_id ON curve_trade (model_id)`)
    await db.query(`CREATE INDEX curve_trade_trader_id ON curve_trade (trader_id)`)
    await db.query(`CREATE INDEX curve_trade_time ON curve_trade (time)`)
    // Updated over and over: see UpdatedTables.
    for (const table of ['delegate_votes', 'bonding_curve']) {
      await db.query(`ALTER TABLE ${table} SET (fillfactor = 60)`)
    }
  }

  async down(db) {
    await db.query(`DROP TABLE curve_trade`)
    await db.query(`DROP TABLE bonding_curve`)
    await db.query(`DROP TABLE reward_claim`)
    await db.query(`DROP TABLE delegate_votes`)
    await db.query(`DROP TABLE contribution`)
    await db.query(`DROP TABLE model_contract`)
    await db.query(`ALTER TABLE stake_pool DROP retired_at`)
    await db.query(`ALTER TABLE model_version DROP source_id`)
    await db.query(`ALTER TABLE model DROP suspended`)
  }
}
