// The share of a link as the contract has it: of a million it is exact for the reference protocol, whose contracts
// count in ppm. Story's chains are folded again, since what lay below a ppm is in their logs alone.
module.exports = class ExactShares1795700000500 {
  name = 'ExactShares1795700000500'

  async up(db) {
    await db.query(
      `ALTER TABLE lineage_edge ADD share_numerator numeric(78,0), ADD share_denominator numeric(78,0)`,
    )
    await db.query(
      `UPDATE lineage_edge SET share_numerator = share_ppm, share_denominator = 1000000 WHERE share_ppm IS NOT NULL`,
    )
  }

  async down(db) {
    await db.query(`ALTER TABLE lineage_edge DROP share_numerator, DROP share_denominator`)
  }
}
