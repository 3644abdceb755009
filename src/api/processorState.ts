/** A processor reports at least every 2 s; silent for longer than this it is gone, or hangs. */
const SILENT_SECONDS = 10

/** What a row of indexer_progress tells of the process that writes it. */
export interface ProcessorRow {
  name: string
  problem: string | null
  /** since it was written */
  silent_seconds: number
  /** since the processor ended by itself; null: it did not */
  ended_seconds: number | null
}

export const PROCESSOR_COLUMNS = `name, problem,
       extract(epoch FROM clock_timestamp() - updated_at)::float8 AS silent_seconds,
       extract(epoch FROM clock_timestamp() - ended_at)::float8 AS ended_seconds`

/** What keeps a chain's processor from going on, as far as it can be known now. */
export interface ProcessorTrouble {
  reason: 'ended' | 'stalled' | 'problem'
  message: string
}

/** Undefined: it runs, and says of nothing. What a silent one said last is not told as what is so now. */
export function troubleOf(row: ProcessorRow): ProcessorTrouble | undefined {
  const restart = `provenance index --chain ${row.name}`
  if (row.ended_seconds !== null) {
    const ago = Math.max(0, Math.round(row.ended_seconds))
    return {
      reason: 'ended',
      message: `its processor ended ${ago} s ago: ${row.problem ?? 'it did not say why'}; start it again with: ${restart}`,
    }
  }
  if (row.silent_seconds > SILENT_SECONDS) {
    const last = row.problem ? `; the last it said: ${row.problem}` : ''
    return {
      reason: 'stalled',
      message: `its processor has not reported for ${Math.round(row.silent_seconds)} s, so it was stopped, or hangs; start it with: ${restart}${last}`,
    }
  }
  return row.problem === null ? undefined : { reason: 'problem', message: row.problem }
}
