import type { Snapshot } from '../../postgres/snapshot'

/** Rows in one answer: narrow ones. */
const PAGE = 10_000

/** The rows of a query one after another, however many there are. */
export async function* throughCursor<Row>(
  db: Snapshot,
  cursor: string,
  text: string,
): AsyncGenerator<Row, undefined> {
  const run = (statement: string) => db.query<Row>({ name: cursor, text: statement, prepare: false })
  await run(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${text}`)
  for (;;) {
    const rows = await run(`FETCH ${PAGE} FROM ${cursor}`)
    yield* rows
    if (rows.length < PAGE) break
  }
  await run(`CLOSE ${cursor}`)
}
