// Sums that anyone can make grow, with a token of his own, are unbounded: ten deposits and withdrawals of 2^256 − 2 are
// more than 78 digits. Which columns are sums: schema.graphql, whose descriptions begin with Σ. No table is rewritten.
const SUMS = {
  stake_pool: [
    'active_assets',
    'exiting_assets',
    'slashed_assets',
    'compounded_assets',
    'total_shares',
    'total_exit_shares',
  ],
  stake_position: ['shares', 'deposited_assets', 'withdrawn_assets'],
  vault_credit: ['amount'],
  royalty_total: ['accrued'],
  model_revenue: ['gross', 'protocol_fee', 'net', 'accrued_own', 'accrued_royalty', 'patrons', 'claimed'],
  royalty_balance: ['accrued', 'claimed'],
  royalty_vault: ['total_shares'],
  vault_holding: ['shares'],
  vault_revenue: ['accumulated'],
  vault_debt: ['debt', 'claimable'],
}

module.exports = class UnboundedSums1795440001300 {
  name = 'UnboundedSums1795440001300'

  async up(db) {
    await retype(db, 'numeric')
  }

  async down(db) {
    await retype(db, 'numeric(78,0)')
  }
}

async function retype(db, type) {
  for (const [table, columns] of Object.entries(SUMS)) {
    const changes = columns.map(column => `ALTER COLUMN ${column} TYPE ${type}`)
    await db.query(`ALTER TABLE ${table} ${changes.join(', ')}`)
  }
}
