// What `search` of the API looks texts up in. pg_trgm comes with Postgres (package postgresql-contrib) and is trusted: who
// may create in the database may create it.
module.exports = class Search1795900000500 {
  name = 'Search1795900000500'

  async up(db) {
    await createTrigrams(db)
    // Parts of texts, whatever their case: `column ILIKE '%part%'`, `'text' <% column`.
    await db.query(
      `CREATE INDEX "model_search" ON "model" USING gin ("name" gin_trgm_ops, "id" gin_trgm_ops)`,
    )
    await db.query(
      `CREATE INDEX "token_search" ON "token" USING gin ("symbol" gin_trgm_ops, "name" gin_trgm_ops)`,
    )
    // First digits of addresses: LIKE '0x12%', in whatever collation the database has.
    await db.query(`CREATE INDEX "account_address" ON "account" ("address" text_pattern_ops)`)
    await db.query(`CREATE INDEX "token_address" ON "token" ("address" text_pattern_ops)`)
    await db.query(`CREATE INDEX "model_version_content" ON "model_version" ("content_hash")`)
  }

  async down(db) {
    for (const name of [
      'model_search',
      'token_search',
      'account_address',
      'token_address',
      'model_version_content',
    ])
      await db.query(`DROP INDEX "${name}"`)
  }
}

async function createTrigrams(db) {
  const [known] = await db.query(
    `SELECT installed_version FROM pg_available_extensions WHERE name = 'pg_trgm'`,
  )
  if (!known)
    throw new Error(
      'this Postgres has no extension pg_trgm\n  fix: install the package postgresql-contrib of its version, and migrate again',
    )
  if (known.installed_version) return
  try {
    await db.query('CREATE EXTENSION pg_trgm')
  } catch (cause) {
    throw new Error(
      `the extension pg_trgm cannot be created: ${cause.message}\n  fix: as a superuser run \`CREATE EXTENSION pg_trgm\` in this database, and migrate again`,
      { cause },
    )
  }
}
