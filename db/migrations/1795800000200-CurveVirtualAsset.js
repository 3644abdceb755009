// A slash takes of the virtual part of a curve's reserve too, so that part is no longer what it was at the start.
module.exports = class CurveVirtualAsset1795800000200 {
  name = 'CurveVirtualAsset1795800000200'

  async up(db) {
    await db.query(`ALTER TABLE bonding_curve ADD "virtual_asset" numeric`)
    await db.query(`UPDATE bonding_curve SET virtual_asset = initial_reserve_asset`)
    await db.query(`ALTER TABLE bonding_curve ALTER virtual_asset SET NOT NULL`)
  }

  async down(db) {
    await db.query(`ALTER TABLE bonding_curve DROP virtual_asset`)
  }
}
