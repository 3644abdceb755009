// Final blocks whose time is known: up to them a statement is complete. Not every block: see indexer/store/finalMarks.ts.
// Written with the rows of the blocks; never below one that is there, so what is read below a height never changes.
module.exports = class FinalBlocks1795700000600 {
  name = 'FinalBlocks1795700000600'

  async up(db) {
    await db.query(`CREATE TABLE final_block (
            chain text NOT NULL,
            height integer NOT NULL,
            hash text NOT NULL,
            time timestamptz NOT NULL,
            PRIMARY KEY (chain, height)
        )`)
  }

  async down(db) {
    await db.query(`DROP TABLE final_block`)
  }
}
