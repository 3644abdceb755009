// Prices: answers of feeds, a chain's own; and those of imported files, which no chain writes and nothing changes later.
module.exports = class Prices1795800000401 {
  name = 'Prices1795800000401'

  async up(db) {
    await db.query(`CREATE TABLE "price" (
            "id" character varying NOT NULL,
            "chain" text NOT NULL,
            "protocol" text NOT NULL,
            "contract" text NOT NULL,
            "feed_id" text NOT NULL,
            "round" numeric(78,0) NOT NULL,
            "value" numeric(78,0) NOT NULL,
            "decimals" integer NOT NULL,
            "reported_at" TIMESTAMP WITH TIME ZONE NOT NULL,
            "block" integer NOT NULL,
            "time" TIMESTAMP WITH TIME ZONE NOT NULL,
            "transaction" text NOT NULL,
            "log_index" integer NOT NULL,
            CONSTRAINT "PK_d163e55e8cce6908b2e0f27cea4" PRIMARY KEY ("id")
        )`)
    await db.query(`CREATE INDEX "IDX_a031c7274e15ba1405e7c9c476" ON "price" ("feed_id") `)
    await db.query(`CREATE INDEX price_of_feed ON price (feed_id, time, block, log_index)`)
    await db.query(`CREATE TABLE price_import (
            number integer PRIMARY KEY,
            file text NOT NULL,
            sha256 text NOT NULL UNIQUE,
            imported_at timestamptz NOT NULL DEFAULT now()
        )`)
    await db.query(`CREATE TABLE imported_price (
            token_id text NOT NULL,
            source text NOT NULL,
            time timestamptz NOT NULL,
            import integer NOT NULL REFERENCES price_import,
            value numeric(78,0) NOT NULL CHECK (value > 0),
            decimals integer NOT NULL,
            PRIMARY KEY (token_id, source, time, import)
        )`)
  }

  async down(db) {
    for (const table of ['imported_price', 'price_import', 'price']) await db.query(`DROP TABLE ${table}`)
  }
}
