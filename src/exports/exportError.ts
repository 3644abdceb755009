/** Why a lineage cannot be exported, with what to do. */
export class ExportError extends Error {
  override name = 'ExportError'

  constructor(
    readonly code: 'MALFORMED_ID' | 'UNKNOWN_MODEL' | 'UNKNOWN_FORMAT',
    readonly problem: string,
    readonly fix: string,
  ) {
    super(`${problem}\n  fix: ${fix}`)
  }
}
