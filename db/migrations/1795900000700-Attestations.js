// What validators, clients and EAS say of a model: scores, tags, payloads, expiry, and what is answered to it.
module.exports = class Attestations1795900000700 {
  name = 'Attestations1795900000700'

  async up(db) {
    await db.query(`ALTER TABLE attestation
        ADD request_uri text, ADD value numeric(78,0), ADD value_decimals integer, ADD tag text, ADD subtag text,
        ADD endpoint text, ADD data text, ADD recipient_id text, ADD expires_at timestamptz,
        ADD reference_id text, ADD response_count integer NOT NULL DEFAULT 0`)
    await db.query(`ALTER TABLE attestation ALTER response_count DROP DEFAULT`)
    await db.query(`CREATE TABLE attestation_response (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "attestation_id" text NOT NULL,
            "model_id" text NOT NULL,
            "responder_id" text NOT NULL,
            "uri" text,
            "data_hash" text,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY (id)
        )`)
    await db.query(
      `CREATE INDEX attestation_response_attestation_id ON attestation_response (attestation_id)`,
    )
    await db.query(`CREATE INDEX attestation_response_model_id ON attestation_response (model_id)`)
  }

  async down(db) {
    await db.query(`DROP TABLE attestation_response`)
    await db.query(`ALTER TABLE attestation
        DROP request_uri, DROP value, DROP value_decimals, DROP tag, DROP subtag, DROP endpoint, DROP data,
        DROP recipient_id, DROP expires_at, DROP reference_id, DROP response_count`)
  }
}
