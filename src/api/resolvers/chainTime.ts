import type { RequestScope } from '../scope'

/** Time of a chain's newest indexed block, ms since 1970: what declines with time is told as of it. Unknown: now. */
export async function chainTime(scope: RequestScope, chain: string): Promise<number> {
  const times = await scope.once(chainTime, async () => {
    const rows = await scope.query<{ chain: string; time: Date }>({
      name: 'chain-times',
      text: 'SELECT chain, indexed_time AS time FROM indexer_progress WHERE indexed_time IS NOT NULL',
    })
    return new Map(rows.map(row => [row.chain, row.time.getTime()]))
  })
  const time = times.get(chain)
  if (time === undefined) scope.noteClock()
  return time ?? Date.now()
}
