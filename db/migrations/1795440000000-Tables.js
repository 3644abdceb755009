// The tables of schema.graphql. Amounts are numeric(78,0): a uint256 has at most 78 decimal digits, and signed
// deltas fit as well. Made by `squid-typeorm-migration generate`, then the width set; test/db checks the match.
module.exports = class Tables1795440000000 {
  name = 'Tables1795440000000'

  async up(db) {
    await db.query(`CREATE TABLE "model" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "kind" character varying(9) NOT NULL,
            "contract" text NOT NULL,
            "nft_id" text,
            "token_id" numeric(78,0),
            "owner_id" text,
            "creator_id" text,
            "name" text,
            "metadata_uri" text,
            "content_hash" text,
            "version" integer NOT NULL,
            "fork_royalty_ppm" integer,
            "group_pool_id" text,
            "taint_count" integer NOT NULL,
            "tainted" boolean NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_d6df271bba301d5cc79462912a4" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_8dfa0b982f251d9b1520b71209" ON "model" ("chain") `)
    await db.query(`CREATE INDEX "IDX_98602dc56ee095b2a63fd35c15" ON "model" ("protocol") `)
    await db.query(`CREATE INDEX "IDX_d90f26c90eeebae9cb37581d6c" ON "model" ("nft_id") `)
    await db.query(`CREATE INDEX "IDX_d03bf69f14040ae79f9109fc14" ON "model" ("owner_id") `)
    await db.query(`CREATE INDEX "IDX_3431660b654c849b94346d72b0" ON "model" ("content_hash") `)
    await db.query(`CREATE INDEX "IDX_4160ce0be4ea26e6577031154c" ON "model" ("time") `)
    await db.query(`CREATE TABLE "model_version" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "number" integer NOT NULL,
            "content_hash" text,
            "metadata_uri" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_1213bca4e8ee7ac1323cc4bf454" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_959afe36ff1a069b7cfbdb65ec" ON "model_version" ("model_id") `)
    await db.query(`CREATE TABLE "lineage_edge" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "child_id" text NOT NULL,
            "parent_id" text NOT NULL,
            "role" character varying(9) NOT NULL,
            "ordinal" integer NOT NULL,
            "share_ppm" integer,
            "policy" character varying(8) NOT NULL,
            "policy_contract_id" text,
            "terms_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_6b47fc54355d87526bfe4efc619" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_37d67cba65ae1a8d1c611d94f6" ON "lineage_edge" ("child_id") `)
    await db.query(`CREATE INDEX "IDX_75f60afce20309e17fe2c4dc4c" ON "lineage_edge" ("parent_id") `)
    await db.query(`CREATE TABLE "account" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "address" text NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_54115ee388cdb6d86bb4bf5b2ea" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_83603c168bc00b20544539fbea" ON "account" ("address") `)
    await db.query(`CREATE TABLE "token" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "address" text NOT NULL,
            "symbol" text,
            "name" text,
            "decimals" integer,
            CONSTRAINT "PK_82fae97f905930df5d62a702fc9" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_40a4dcc6b727285c6539aa1d1c" ON "token" ("address") `)
    await db.query(`CREATE TABLE "nft" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "owner_id" text,
            "model_id" text,
            CONSTRAINT "PK_8f46897c58e23b0e7bf6c8e56b0" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_312410da536a104e0cdc8a47c3" ON "nft" ("model_id") `)
    await db.query(`CREATE TABLE "stake_pool" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "kind" character varying(6) NOT NULL,
            "asset_id" text NOT NULL,
            "unbonding_seconds" integer NOT NULL,
            "active_assets" numeric(78,0) NOT NULL,
            "exiting_assets" numeric(78,0) NOT NULL,
            "slashed_assets" numeric(78,0) NOT NULL,
            "compounded_assets" numeric(78,0) NOT NULL,
            "total_shares" numeric(78,0) NOT NULL,
            "total_exit_shares" numeric(78,0) NOT NULL,
            "virtual_assets" numeric(78,0) NOT NULL,
            "virtual_shares" numeric(78,0) NOT NULL,
            "patron_count" integer NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_646d137a2979aa231fa880711f3" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_72a49742a049756f4dac1e6642" ON "stake_pool" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_28e70b4be7623d7ffc97eca146" ON "stake_pool" ("asset_id") `)
    await db.query(`CREATE TABLE "stake_position" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "account_id" text NOT NULL,
            "shares" numeric(78,0) NOT NULL,
            "delegate_id" text NOT NULL,
            "deposited_assets" numeric(78,0) NOT NULL,
            "withdrawn_assets" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            CONSTRAINT "PK_17615803509bd6065f1ab8b0ced" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_7ce4e9e5ba46c70fd84aeece31" ON "stake_position" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_a49e0c7a7f96ef5e8f93b48add" ON "stake_position" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_9647b5a5dee0aeaffc8a11151d" ON "stake_position" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_887824fed57cd6c6bbaff0260f" ON "stake_position" ("delegate_id") `)
    await db.query(`CREATE TABLE "stake_event" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "kind" character varying(12) NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "asset_id" text NOT NULL,
            "account_id" text,
            "shares_delta" numeric(78,0) NOT NULL,
            "active_delta" numeric(78,0) NOT NULL,
            "exiting_delta" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_991cc0713b262d0c22242590628" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_1bb1fb4419fb3e5b64c13cd931" ON "stake_event" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_4e7b63c7d11e6fda707748fd64" ON "stake_event" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_3a9a3dd7d2c6732f9820186d65" ON "stake_event" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_0409e8e4ef524b42967b0d32fa" ON "stake_event" ("time") `)
    await db.query(`CREATE TABLE "exit_request" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "account_id" text NOT NULL,
            "shares" numeric(78,0) NOT NULL,
            "requested_assets" numeric(78,0) NOT NULL,
            "exit_shares" numeric(78,0) NOT NULL,
            "status" character varying(7) NOT NULL,
            "requested_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "ready_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "paid_at" TIMESTAMP WITH TIME ZONE,
            "paid_assets" numeric(78,0),
            "block" integer NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_c891ef4e140cae7bc85df16d7d9" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_5a0ddcde34eb04ee35955bd58b" ON "exit_request" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_789ef1c90c13511075d32ea096" ON "exit_request" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_2663f4841598126a0d78319e3c" ON "exit_request" ("account_id") `)
    await db.query(`CREATE TABLE "slash" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "asset_id" text NOT NULL,
            "slasher_id" text,
            "active_assets" numeric(78,0) NOT NULL,
            "exiting_assets" numeric(78,0) NOT NULL,
            "reason" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_21170fe23f4bb830eaaff8bd4e9" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_fb009e21d0c208f44077f49f21" ON "slash" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_48d6c2b46b2fb3db2207e0060c" ON "slash" ("model_id") `)
    await db.query(`CREATE TABLE "delegation" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "pool_id" text NOT NULL,
            "model_id" text NOT NULL,
            "delegator_id" text NOT NULL,
            "delegate_id" text NOT NULL,
            "previous_delegate_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_a2cb6c9b942d68b109131beab44" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_b2283e1cbfa8bb0e39ae3d37ac" ON "delegation" ("pool_id") `)
    await db.query(`CREATE INDEX "IDX_7a17fdb46bdb18ce61875f9120" ON "delegation" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_0bf3c5c0905f35067006bb2d2f" ON "delegation" ("delegator_id") `)
    await db.query(`CREATE INDEX "IDX_77022982c79c175d5e61e021b4" ON "delegation" ("delegate_id") `)
    await db.query(`CREATE TABLE "usage_fee" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "kind" character varying(8) NOT NULL,
            "model_id" text NOT NULL,
            "payer_id" text NOT NULL,
            "payer_model_id" text,
            "token_id" text NOT NULL,
            "gross" numeric(78,0) NOT NULL,
            "protocol_fee" numeric(78,0) NOT NULL,
            "net" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_456b5cac91b5a01d5aed384fda1" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_2d6d1e04ad85b9479cab21d8d9" ON "usage_fee" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_6d9cabde5cd2d1063dfbb15162" ON "usage_fee" ("payer_id") `)
    await db.query(`CREATE INDEX "IDX_a903a91f2df20eed62756a9c3a" ON "usage_fee" ("token_id") `)
    await db.query(`CREATE INDEX "IDX_4d586c6b1d807a224526340d07" ON "usage_fee" ("time") `)
    await db.query(`CREATE TABLE "royalty_accrual" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "kind" character varying(8) NOT NULL,
            "from_model_id" text NOT NULL,
            "to_model_id" text NOT NULL,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "patrons_amount" numeric(78,0) NOT NULL,
            "beneficiary_id" text NOT NULL,
            "fee_id" text,
            "share_ppm" integer,
            "path" text,
            "guid" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_f9f7a47e3ffc3861db77dfd91bc" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_a366d100030e75edb3145bcc6c" ON "royalty_accrual" ("from_model_id") `)
    await db.query(`CREATE INDEX "IDX_173104681d477506daca9d09d4" ON "royalty_accrual" ("to_model_id") `)
    await db.query(`CREATE INDEX "IDX_e8ae604794ddbde75956bd15c6" ON "royalty_accrual" ("beneficiary_id") `)
    await db.query(`CREATE INDEX "IDX_ccdb5805b8e87ef800f0359511" ON "royalty_accrual" ("fee_id") `)
    await db.query(`CREATE INDEX "IDX_f9b5ba172eb98dd1827b929c9f" ON "royalty_accrual" ("time") `)
    await db.query(`CREATE TABLE "vault_credit" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "vault_id" text NOT NULL,
            "model_id" text NOT NULL,
            "account_id" text NOT NULL,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "accrual_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_8a96cfb49ac8a79c6072253d01f" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_9c2d5641caf2dff94095097914" ON "vault_credit" ("vault_id") `)
    await db.query(`CREATE INDEX "IDX_b3a0feb7ae88df8108f27fb0f2" ON "vault_credit" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_052e46082948e05a7d2ba7a0f2" ON "vault_credit" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_e0f9f57f913869bf36d566bd40" ON "vault_credit" ("time") `)
    await db.query(`CREATE TABLE "royalty_claim" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "account_id" text NOT NULL,
            "model_id" text,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_4e8aeadf9396e4f59e02f5027ac" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_d8e1feab55a03438a0bd3d0909" ON "royalty_claim" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_111f2e93791c44f476f0165937" ON "royalty_claim" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_8202ec24ba17f34d8f1d935dfd" ON "royalty_claim" ("time") `)
    await db.query(`CREATE TABLE "royalty_hop" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "from_model_id" text NOT NULL,
            "to_model_id" text NOT NULL,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "share_ppm" integer,
            "fee_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_acf0f404d56b9df77a5ad893955" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_98f5aa6d44e564215582a3116c" ON "royalty_hop" ("from_model_id") `)
    await db.query(`CREATE INDEX "IDX_11a89279440250e5b04ee48a88" ON "royalty_hop" ("to_model_id") `)
    await db.query(`CREATE INDEX "IDX_9d7ee02659bc6e3dccd778e49d" ON "royalty_hop" ("fee_id") `)
    await db.query(`CREATE TABLE "royalty_total" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "from_model_id" text NOT NULL,
            "to_model_id" text NOT NULL,
            "token_id" text NOT NULL,
            "accrued" numeric(78,0) NOT NULL,
            "count" integer NOT NULL,
            CONSTRAINT "PK_8fca94314da34af42f2975c395e" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_c7c264352e922370ad5394c414" ON "royalty_total" ("from_model_id") `)
    await db.query(`CREATE INDEX "IDX_91497c5bdb8ad9f3e45bddd32d" ON "royalty_total" ("to_model_id") `)
    await db.query(`CREATE TABLE "model_revenue" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "model_id" text NOT NULL,
            "token_id" text NOT NULL,
            "gross" numeric(78,0) NOT NULL,
            "protocol_fee" numeric(78,0) NOT NULL,
            "net" numeric(78,0) NOT NULL,
            "fee_count" integer NOT NULL,
            "accrued_own" numeric(78,0) NOT NULL,
            "accrued_royalty" numeric(78,0) NOT NULL,
            "patrons" numeric(78,0) NOT NULL,
            "claimed" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_227d975065aa1d33938527aeb5a" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_4711412a8ca305e188d3de3394" ON "model_revenue" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_dbd9e36776c2dd905132c7a458" ON "model_revenue" ("token_id") `)
    await db.query(`CREATE TABLE "royalty_balance" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "account_id" text NOT NULL,
            "token_id" text NOT NULL,
            "accrued" numeric(78,0) NOT NULL,
            "claimed" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_4a981bb8986dfe75216316cd9f8" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_12c23abf02f20b9fb877f9887c" ON "royalty_balance" ("account_id") `)
    await db.query(`CREATE INDEX "IDX_0f6f7d0ffdefbfa38069bbb7b8" ON "royalty_balance" ("token_id") `)
    await db.query(`CREATE TABLE "royalty_vault" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "model_id" text,
            "total_shares" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_7cb4ef7caac4cfe1c34d35a7801" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_e20fab2aa3fab6a22846d0dcf1" ON "royalty_vault" ("model_id") `)
    await db.query(`CREATE TABLE "vault_holding" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "vault_id" text NOT NULL,
            "account_id" text NOT NULL,
            "shares" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_bfd66575473838e961250bcf024" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_1047ed1ff81bdb6aba0df99c10" ON "vault_holding" ("vault_id") `)
    await db.query(`CREATE INDEX "IDX_f89ea2dd30ee4a61442d2fa75f" ON "vault_holding" ("account_id") `)
    await db.query(`CREATE TABLE "vault_revenue" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "vault_id" text NOT NULL,
            "token_id" text NOT NULL,
            "accumulated" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_b62d04f8f1032ae1a0e9143d646" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_2ccb086b1676d37525983ed8b3" ON "vault_revenue" ("vault_id") `)
    await db.query(`CREATE TABLE "vault_debt" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "vault_id" text NOT NULL,
            "account_id" text NOT NULL,
            "token_id" text NOT NULL,
            "debt" numeric(78,0) NOT NULL,
            "claimable" numeric(78,0) NOT NULL,
            CONSTRAINT "PK_6038e8adfc0a33264cb0f4c6f6c" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_a8c9878bcb7b9e206de3316724" ON "vault_debt" ("vault_id") `)
    await db.query(`CREATE TABLE "cross_chain_transfer" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "guid" text NOT NULL,
            "direction" character varying(8) NOT NULL,
            "from_model_id" text,
            "to_model_id" text,
            "token_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "fee_id" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_560dbc121263b8ce483b5a71079" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_20e6ca42a2bfd895dda5cd413d" ON "cross_chain_transfer" ("guid") `)
    await db.query(
      `CREATE INDEX "IDX_f5e29dd941218eb621d2f8582a" ON "cross_chain_transfer" ("from_model_id") `,
    )
    await db.query(`CREATE INDEX "IDX_1947251974f1c45069bd49e778" ON "cross_chain_transfer" ("to_model_id") `)
    await db.query(`CREATE TABLE "license_terms" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "template" text NOT NULL,
            "terms_id" numeric(78,0) NOT NULL,
            "encoded" text NOT NULL,
            "policy_contract_id" text,
            "commercial_share_ppm" integer,
            "currency_id" text,
            "minting_fee" numeric(78,0),
            "uri" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_bce7085a48201474384b2d6e231" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE TABLE "license_offer" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "terms_id" text NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_5e152d51be9c38575792bf478c8" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_7fb0d63c9af545b750d110b192" ON "license_offer" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_b3659fa604e0fed2a02347040a" ON "license_offer" ("terms_id") `)
    await db.query(`CREATE TABLE "license" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "terms_id" text NOT NULL,
            "receiver_id" text NOT NULL,
            "amount" numeric(78,0) NOT NULL,
            "start_token_id" numeric(78,0),
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_f168ac1ca5ba87286d03b2ef905" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_7f5e6816dfa2ba8ea0e20cf06a" ON "license" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_bce7085a48201474384b2d6e23" ON "license" ("terms_id") `)
    await db.query(`CREATE INDEX "IDX_5df547921d31f24be4a97b4a6e" ON "license" ("receiver_id") `)
    await db.query(`CREATE TABLE "dispute" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "initiator_id" text,
            "evidence_hash" text,
            "tag" text NOT NULL,
            "status" character varying(9) NOT NULL,
            "inherited" boolean NOT NULL,
            "parent_dispute_id" text,
            "from_model_id" text,
            "judged_at" TIMESTAMP WITH TIME ZONE,
            "closed_at" TIMESTAMP WITH TIME ZONE,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_e2f1f4741f2094ce789b0a7c5b3" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_1320526f353431bfaa9bd1dd82" ON "dispute" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_d6849a99dde82119e1cff49d34" ON "dispute" ("parent_dispute_id") `)
    await db.query(`CREATE TABLE "group_membership" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "group_id" text NOT NULL,
            "member_id" text NOT NULL,
            "active" boolean NOT NULL,
            "left_at" TIMESTAMP WITH TIME ZONE,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_b631623cf04fa74513b975e7059" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_7a1166a6e3a6a3431a69925771" ON "group_membership" ("group_id") `)
    await db.query(`CREATE INDEX "IDX_6f2341a159627c4050cfc6d4f3" ON "group_membership" ("member_id") `)
    await db.query(`CREATE TABLE "attestation" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "model_id" text NOT NULL,
            "attester_id" text NOT NULL,
            "schema" text NOT NULL,
            "data_hash" text,
            "uri" text,
            "revoked" boolean NOT NULL,
            "revoked_at" TIMESTAMP WITH TIME ZONE,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_c5443ea47f1f49c64c47257a6a2" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_6ffc51502694342f1d5a23eaf9" ON "attestation" ("model_id") `)
    await db.query(`CREATE INDEX "IDX_8c041aa6714312168b11e8a954" ON "attestation" ("attester_id") `)
    await db.query(`CREATE TABLE "discovered_contract" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "address" text NOT NULL,
            "role" text NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_8d95abdf0f1f02a40c583a26306" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE TABLE "rejected_log" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "topics" text array NOT NULL,
            "data" text NOT NULL,
            "reason" text NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_42e6e6f607eac196c968854ce06" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_0d0b10d2a03734fbc6e4a3eba8" ON "rejected_log" ("chain") `)
  }

  async down(db) {
    await db.query(`DROP TABLE "model"`)
    await db.query(`DROP INDEX "public"."IDX_8dfa0b982f251d9b1520b71209"`)
    await db.query(`DROP INDEX "public"."IDX_98602dc56ee095b2a63fd35c15"`)
    await db.query(`DROP INDEX "public"."IDX_d90f26c90eeebae9cb37581d6c"`)
    await db.query(`DROP INDEX "public"."IDX_d03bf69f14040ae79f9109fc14"`)
    await db.query(`DROP INDEX "public"."IDX_3431660b654c849b94346d72b0"`)
    await db.query(`DROP INDEX "public"."IDX_4160ce0be4ea26e6577031154c"`)
    await db.query(`DROP TABLE "model_version"`)
    await db.query(`DROP INDEX "public"."IDX_959afe36ff1a069b7cfbdb65ec"`)
    await db.query(`DROP TABLE "lineage_edge"`)
    await db.query(`DROP INDEX "public"."IDX_37d67cba65ae1a8d1c611d94f6"`)
    await db.query(`DROP INDEX "public"."IDX_75f60afce20309e17fe2c4dc4c"`)
    await db.query(`DROP TABLE "account"`)
    await db.query(`DROP INDEX "public"."IDX_83603c168bc00b20544539fbea"`)
    await db.query(`DROP TABLE "token"`)
    await db.query(`DROP INDEX "public"."IDX_40a4dcc6b727285c6539aa1d1c"`)
    await db.query(`DROP TABLE "nft"`)
    await db.query(`DROP INDEX "public"."IDX_312410da536a104e0cdc8a47c3"`)
    await db.query(`DROP TABLE "stake_pool"`)
    await db.query(`DROP INDEX "public"."IDX_72a49742a049756f4dac1e6642"`)
    await db.query(`DROP INDEX "public"."IDX_28e70b4be7623d7ffc97eca146"`)
    await db.query(`DROP TABLE "stake_position"`)
    await db.query(`DROP INDEX "public"."IDX_7ce4e9e5ba46c70fd84aeece31"`)
    await db.query(`DROP INDEX "public"."IDX_a49e0c7a7f96ef5e8f93b48add"`)
    await db.query(`DROP INDEX "public"."IDX_9647b5a5dee0aeaffc8a11151d"`)
    await db.query(`DROP INDEX "public"."IDX_887824fed57cd6c6bbaff0260f"`)
    await db.query(`DROP TABLE "stake_event"`)
    await db.query(`DROP INDEX "public"."IDX_1bb1fb4419fb3e5b64c13cd931"`)
    await db.query(`DROP INDEX "public"."IDX_4e7b63c7d11e6fda707748fd64"`)
    await db.query(`DROP INDEX "public"."IDX_3a9a3dd7d2c6732f9820186d65"`)
    await db.query(`DROP INDEX "public"."IDX_0409e8e4ef524b42967b0d32fa"`)
    await db.query(`DROP TABLE "exit_request"`)
    await db.query(`DROP INDEX "public"."IDX_5a0ddcde34eb04ee35955bd58b"`)
    await db.query(`DROP INDEX "public"."IDX_789ef1c90c13511075d32ea096"`)
    await db.query(`DROP INDEX "public"."IDX_2663f4841598126a0d78319e3c"`)
    await db.query(`DROP TABLE "slash"`)
    await db.query(`DROP INDEX "public"."IDX_fb009e21d0c208f44077f49f21"`)
    await db.query(`DROP INDEX "public"."IDX_48d6c2b46b2fb3db2207e0060c"`)
    await db.query(`DROP TABLE "delegation"`)
    await db.query(`DROP INDEX "public"."IDX_b2283e1cbfa8bb0e39ae3d37ac"`)
    await db.query(`DROP INDEX "public"."IDX_7a17fdb46bdb18ce61875f9120"`)
    await db.query(`DROP INDEX "public"."IDX_0bf3c5c0905f35067006bb2d2f"`)
    await db.query(`DROP INDEX "public"."IDX_77022982c79c175d5e61e021b4"`)
    await db.query(`DROP TABLE "usage_fee"`)
    await db.query(`DROP INDEX "public"."IDX_2d6d1e04ad85b9479cab21d8d9"`)
    await db.query(`DROP INDEX "public"."IDX_6d9cabde5cd2d1063dfbb15162"`)
    await db.query(`DROP INDEX "public"."IDX_a903a91f2df20eed62756a9c3a"`)
    await db.query(`DROP INDEX "public"."IDX_4d586c6b1d807a224526340d07"`)
    await db.query(`DROP TABLE "royalty_accrual"`)
    await db.query(`DROP INDEX "public"."IDX_a366d100030e75edb3145bcc6c"`)
    await db.query(`DROP INDEX "public"."IDX_173104681d477506daca9d09d4"`)
    await db.query(`DROP INDEX "public"."IDX_e8ae604794ddbde75956bd15c6"`)
    await db.query(`DROP INDEX "public"."IDX_ccdb5805b8e87ef800f0359511"`)
    await db.query(`DROP INDEX "public"."IDX_f9b5ba172eb98dd1827b929c9f"`)
    await db.query(`DROP TABLE "vault_credit"`)
    await db.query(`DROP INDEX "public"."IDX_9c2d5641caf2dff94095097914"`)
    await db.query(`DROP INDEX "public"."IDX_b3a0feb7ae88df8108f27fb0f2"`)
    await db.query(`DROP INDEX "public"."IDX_052e46082948e05a7d2ba7a0f2"`)
    await db.query(`DROP INDEX "public"."IDX_e0f9f57f913869bf36d566bd40"`)
    await db.query(`DROP TABLE "royalty_claim"`)
    await db.query(`DROP INDEX "public"."IDX_d8e1feab55a03438a0bd3d0909"`)
    await db.query(`DROP INDEX "public"."IDX_111f2e93791c44f476f0165937"`)
    await db.query(`DROP INDEX "public"."IDX_8202ec24ba17f34d8f1d935dfd"`)
    await db.query(`DROP TABLE "royalty_hop"`)
    await db.query(`DROP INDEX "public"."IDX_98f5aa6d44e564215582a3116c"`)
    await db.query(`DROP INDEX "public"."IDX_11a89279440250e5b04ee48a88"`)
    await db.query(`DROP INDEX "public"."IDX_9d7ee02659bc6e3dccd778e49d"`)
    await db.query(`DROP TABLE "royalty_total"`)
    await db.query(`DROP INDEX "public"."IDX_c7c264352e922370ad5394c414"`)
    await db.query(`DROP INDEX "public"."IDX_91497c5bdb8ad9f3e45bddd32d"`)
    await db.query(`DROP TABLE "model_revenue"`)
    await db.query(`DROP INDEX "public"."IDX_4711412a8ca305e188d3de3394"`)
    await db.query(`DROP INDEX "public"."IDX_dbd9e36776c2dd905132c7a458"`)
    await db.query(`DROP TABLE "royalty_balance"`)
    await db.query(`DROP INDEX "public"."IDX_12c23abf02f20b9fb877f9887c"`)
    await db.query(`DROP INDEX "public"."IDX_0f6f7d0ffdefbfa38069bbb7b8"`)
    await db.query(`DROP TABLE "royalty_vault"`)
    await db.query(`DROP INDEX "public"."IDX_e20fab2aa3fab6a22846d0dcf1"`)
    await db.query(`DROP TABLE "vault_holding"`)
    await db.query(`DROP INDEX "public"."IDX_1047ed1ff81bdb6aba0df99c10"`)
    await db.query(`DROP INDEX "public"."IDX_f89ea2dd30ee4a61442d2fa75f"`)
    await db.query(`DROP TABLE "vault_revenue"`)
    await db.query(`DROP INDEX "public"."IDX_2ccb086b1676d37525983ed8b3"`)
    await db.query(`DROP TABLE "vault_debt"`)
    await db.query(`DROP INDEX "public"."IDX_a8c9878bcb7b9e206de3316724"`)
    await db.query(`DROP TABLE "cross_chain_transfer"`)
    await db.query(`DROP INDEX "public"."IDX_20e6ca42a2bfd895dda5cd413d"`)
    await db.query(`DROP INDEX "public"."IDX_f5e29dd941218eb621d2f8582a"`)
    await db.query(`DROP INDEX "public"."IDX_1947251974f1c45069bd49e778"`)
    await db.query(`DROP TABLE "license_terms"`)
    await db.query(`DROP TABLE "license_offer"`)
    await db.query(`DROP INDEX "public"."IDX_7fb0d63c9af545b750d110b192"`)
    await db.query(`DROP INDEX "public"."IDX_b3659fa604e0fed2a02347040a"`)
    await db.query(`DROP TABLE "license"`)
    await db.query(`DROP INDEX "public"."IDX_7f5e6816dfa2ba8ea0e20cf06a"`)
    await db.query(`DROP INDEX "public"."IDX_bce7085a48201474384b2d6e23"`)
    await db.query(`DROP INDEX "public"."IDX_5df547921d31f24be4a97b4a6e"`)
    await db.query(`DROP TABLE "dispute"`)
    await db.query(`DROP INDEX "public"."IDX_1320526f353431bfaa9bd1dd82"`)
    await db.query(`DROP INDEX "public"."IDX_d6849a99dde82119e1cff49d34"`)
    await db.query(`DROP TABLE "group_membership"`)
    await db.query(`DROP INDEX "public"."IDX_7a1166a6e3a6a3431a69925771"`)
    await db.query(`DROP INDEX "public"."IDX_6f2341a159627c4050cfc6d4f3"`)
    await db.query(`DROP TABLE "attestation"`)
    await db.query(`DROP INDEX "public"."IDX_6ffc51502694342f1d5a23eaf9"`)
    await db.query(`DROP INDEX "public"."IDX_8c041aa6714312168b11e8a954"`)
    await db.query(`DROP TABLE "discovered_contract"`)
    await db.query(`DROP TABLE "rejected_log"`)
    await db.query(`DROP INDEX "public"."IDX_0d0b10d2a03734fbc6e4a3eba8"`)
  }
}
