/** What is compounded into a vault follows from many logs, so that no number of digits holds it for certain. */
module.exports = class ValuedPools1795800000100 {
  name = 'ValuedPools1795800000100'

  async up(db) {
    await db.query(`ALTER TABLE stake_event ALTER active_delta TYPE numeric`)
  }

  async down(db) {
    await db.query(`ALTER TABLE stake_event ALTER active_delta TYPE numeric(78,0)`)
  }
}
