// When a chain's processor ended by itself; `problem` is then why. Null: it runs, or was killed, which its silence tells.
module.exports = class EndedProcessors1795440001701 {
  name = 'EndedProcessors1795440001701'

  async up(db) {
    await db.query(`ALTER TABLE indexer_progress ADD ended_at timestamptz`)
  }

  async down(db) {
    await db.query(`ALTER TABLE indexer_progress DROP ended_at`)
  }
}
