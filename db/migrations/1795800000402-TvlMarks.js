// What a series of stake is marked with is looked up by time, and whether a token is a model's own by its account.
module.exports = class TvlMarks1795800000402 {
  name = 'TvlMarks1795800000402'

  async up(db) {
    await db.query(`CREATE INDEX slash_by_time ON slash (time)`)
    await db.query(`CREATE INDEX dispute_by_time ON dispute (time)`)
    await db.query(`CREATE INDEX model_contract_by_account ON model_contract (account_id)`)
  }

  async down(db) {
    for (const index of ['slash_by_time', 'dispute_by_time', 'model_contract_by_account'])
      await db.query(`DROP INDEX ${index}`)
  }
}
