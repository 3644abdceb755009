/*
 * What people write, anybody may write: a name of a megabyte costs a few cents on many chains. It is cut and not
 * rejected, since a model whose registration is rejected would be missing from the lineage, and with it what it owes:
 * a long name must not be a way out. The whole text is in the log that the row names.
 */

/** Units of UTF-16: three bytes each at most, of the 8,000 that an index of Neo4j takes, and a line to read. */
const SHORT = 1_000
/** A page of a hundred such texts is a few megabytes. Room for metadata that is written out as a `data:` URI. */
const LONG = 16_384
const CUT = '…'

/** A name, a tag, a reason. */
export function shortText(written: string): string {
  return textWithin(written, SHORT)
}

/** A URI. */
export function longText(written: string): string {
  return textWithin(written, LONG)
}

/** Cut to so many units, which ends it with `…`; with U+FFFD for NUL, which Postgres cannot hold, and for what is no character. */
export function textWithin(written: string, most: number): string {
  const kept = written.length > most ? written.slice(0, most - CUT.length) + CUT : written
  return toWellFormed(kept).replaceAll('\0', '\uFFFD')
}

/** `String.prototype.toWellFormed` of ES2024, which Node has and this target's types have not. */
function toWellFormed(value: string): string {
  return (value as unknown as { toWellFormed(): string }).toWellFormed()
}
