// Who sent or got what moves between chains, and where to or from; and transfers by their token, for what is under way.
module.exports = class TransferParties1796000007000 {
  name = 'TransferParties1796000007000'

  async up(db) {
    await db.query(`ALTER TABLE cross_chain_transfer ADD account_id text, ADD peer_eid numeric(78,0)`)
    await db.query(`CREATE INDEX cross_chain_transfer_token_id ON cross_chain_transfer (token_id)`)
  }

  async down(db) {
    await db.query(`DROP INDEX cross_chain_transfer_token_id`)
    await db.query(`ALTER TABLE cross_chain_transfer DROP account_id, DROP peer_eid`)
  }
}
