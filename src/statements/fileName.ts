import type { Chosen } from './formats/format'
import type { StatementHead } from './seal/head'

/** Says what is in it, and that it is not all where it is not. */
export function fileName(
  { account, from, to, complete }: StatementHead,
  extension: string,
  { part = 'lines' }: Chosen,
): string {
  const day = (time: Date) => time.toISOString().slice(0, 10)
  const period = `${day(from)}_${day(to)}${complete ? '' : '_partial'}${part === 'lines' ? '' : `_${part}`}`
  return `royalties_${account.replaceAll(':', '-')}_${period}.${extension}`
}
