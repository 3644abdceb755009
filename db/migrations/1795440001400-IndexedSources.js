// What each chain's tables were made from: configuration and code, as far as rows depend on them (src/indexer/refold).
// Compared whenever the chain's processor starts, so that a change is brought in or refused, never missed.
module.exports = class IndexedSources1795440001400 {
  name = 'IndexedSources1795440001400'

  async up(db) {
    // `settled`: false while the rows are being brought from these sources to others, some of them done.
    await db.query(`CREATE TABLE indexed_sources (
            chain text PRIMARY KEY,
            sources jsonb NOT NULL,
            settled boolean NOT NULL,
            updated_at timestamptz NOT NULL DEFAULT now()
        )`)
  }

  async down(db) {
    await db.query(`DROP TABLE indexed_sources`)
  }
}
