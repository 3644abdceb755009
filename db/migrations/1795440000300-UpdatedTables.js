// Room on each page for the next version of a row, in tables whose rows are updated over and over and whose indexed
// columns do not change: Postgres then updates within the page and touches no index (heap-only tuples), for a third
// less time on stake_position.
const TABLES = [
  'stake_position',
  'stake_pool',
  'model_revenue',
  'royalty_total',
  'royalty_balance',
  'vault_holding',
  'vault_revenue',
  'vault_debt',
]
const FILLFACTOR = 60

module.exports = class UpdatedTables1795440000300 {
  name = 'UpdatedTables1795440000300'

  async up(db) {
    for (const table of TABLES) await db.query(`ALTER TABLE ${table} SET (fillfactor = ${FILLFACTOR})`)
  }

  async down(db) {
    for (const table of TABLES) await db.query(`ALTER TABLE ${table} RESET (fillfactor)`)
  }
}
