// Ends of relations that the API's `neighbors` starts from, and that nothing else has looked up yet.
module.exports = class RelationEnds1795900000501 {
  name = 'RelationEnds1795900000501'

  async up(db) {
    await db.query(`CREATE INDEX "model_creator" ON "model" ("creator_id")`)
    await db.query(`CREATE INDEX "dispute_initiator" ON "dispute" ("initiator_id")`)
    await db.query(`CREATE INDEX "dispute_from_model" ON "dispute" ("from_model_id")`)
  }

  async down(db) {
    for (const name of ['model_creator', 'dispute_initiator', 'dispute_from_model'])
      await db.query(`DROP INDEX "${name}"`)
  }
}
