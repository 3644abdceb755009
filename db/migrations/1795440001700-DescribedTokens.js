// Whether a token's symbol, name and decimals are what its contract says. The processor asks beside its batches
// (src/indexer/tokens/describer.ts), and a row says until then that they are not known.
module.exports = class DescribedTokens1795440001700 {
  name = 'DescribedTokens1795440001700'

  async up(db) {
    await db.query(`ALTER TABLE token ADD described boolean NOT NULL DEFAULT false`)
    // A null that a passing fault left is asked for again.
    await db.query(`UPDATE token SET described = true WHERE symbol IS NOT NULL AND decimals IS NOT NULL`)
    await db.query(`CREATE INDEX token_undescribed ON token (chain, id) WHERE NOT described`)
  }

  async down(db) {
    await db.query(`DROP INDEX token_undescribed`)
    await db.query(`ALTER TABLE token DROP described`)
  }
}
