import { query } from '../workshop'

/** A digest of all rows of all entities, to see that two indexers did the same work; but of tokens, described beside it. */
export async function fingerprint(postgresUrl: string): Promise<Record<string, string>> {
  const tables = await query<{ name: string }>(
    postgresUrl,
    `SELECT table_name AS name FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name IN ('id', 'chain') AND table_name <> 'token'
      GROUP BY table_name HAVING count(*) = 2 ORDER BY 1`,
  )
  const digests: Record<string, string> = {}
  for (const { name } of tables) {
    const [row] = await query<{ digest: string }>(
      postgresUrl,
      `SELECT count(*) || ' rows, ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY id COLLATE "C")), '-') AS digest
         FROM "${name}" t`,
    )
    digests[name] = row!.digest
  }
  return digests
}
