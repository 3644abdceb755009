module.exports = class GaugeTypes1795800000101 {
  name = 'GaugeTypes1795800000101'

  async up(db) {
    await db.query(`CREATE TABLE "vote_gauge_type" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "number" numeric(78,0) NOT NULL,
            "name" text,
            "weight" numeric(78,0) NOT NULL,
            "weight_from" TIMESTAMP WITH TIME ZONE NOT NULL,
            "former_weight" numeric(78,0) NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            PRIMARY KEY ("id")
        )`)
  }

  async down(db) {
    await db.query(`DROP TABLE vote_gauge_type`)
  }
}
