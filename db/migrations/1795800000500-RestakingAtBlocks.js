// What restaking answers at a block is the newest change not after it: found by index however long a history is, which
// anyone can make longer. Withdrawals that an operator's slashes reach: of all that it ever had, the last ones.
const indexes = {
  restaked_position_change_at: 'restaked_position_change (position_id, block)',
  restaker_delegation_at: 'restaker_delegation (restaker_id, block)',
  operator_stake_change_at: 'operator_stake_change (operator_stake_id, block)',
  magnitude_checkpoint_at: 'magnitude_checkpoint (operator_stake_id, block)',
  restaking_withdrawal_reached: 'restaking_withdrawal (operator_id, slashable_until)',
}

module.exports = class RestakingAtBlocks1795800000500 {
  name = 'RestakingAtBlocks1795800000500'

  async up(db) {
    for (const [name, columns] of Object.entries(indexes))
      await db.query(`CREATE INDEX ${name} ON ${columns}`)
  }

  async down(db) {
    for (const name of Object.keys(indexes)) await db.query(`DROP INDEX ${name}`)
  }
}
