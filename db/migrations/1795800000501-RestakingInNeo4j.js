// What Neo4j has of restaked stake follows from these tables by the triggers of GraphOutbox.
const TABLES = ['restaked_position', 'restaker', 'operator_stake', 'operator_allocation']
const EVENTS = {
  inserted: ['INSERT', 'NEW TABLE AS new_rows'],
  deleted: ['DELETE', 'OLD TABLE AS old_rows'],
  updated: ['UPDATE', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'],
}

module.exports = class RestakingInNeo4j1795800000501 {
  name = 'RestakingInNeo4j1795800000501'

  async up(db) {
    for (const table of TABLES) {
      for (const [name, [event, rows]] of Object.entries(EVENTS)) {
        await db.query(`CREATE TRIGGER graph_outbox_${name} AFTER ${event} ON ${table}
            REFERENCING ${rows} FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_${name}()`)
      }
      await db.query(`CREATE TRIGGER graph_outbox_truncated AFTER TRUNCATE ON ${table}
          FOR EACH STATEMENT EXECUTE FUNCTION graph_outbox_truncated()`)
      // Rows of before: the graph is made anew.
      await db.query(
        `INSERT INTO graph_outbox (kind, id) SELECT '${table}', '*' WHERE EXISTS (SELECT FROM ${table})`,
      )
    }
  }

  async down(db) {
    for (const table of TABLES) {
      for (const name of [...Object.keys(EVENTS), 'truncated'])
        await db.query(`DROP TRIGGER graph_outbox_${name} ON ${table}`)
    }
  }
}
