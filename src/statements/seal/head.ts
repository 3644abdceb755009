import type { Statement } from '../statement'
import { canonical, type Json } from './canonical'

/** All of a statement but its lines. */
export type StatementHead = Pick<
  Statement,
  'number' | 'replaces' | 'account' | 'from' | 'to' | 'asOf' | 'complete' | 'tokens' | 'lineCount'
>

/** The statement as canonical JSON in front of its lines: the members that come before them in the order of names. */
export function textBeforeLines(head: StatementHead): string {
  const { account, asOf, complete, from, lineCount } = headJson(head)
  return `${canonical({ account, asOf, complete, from, lineCount }).slice(0, -1)},"lines":[`
}

/** The same behind its lines. */
export function textAfterLines(head: StatementHead, merkleRoot: string): string {
  const { number, replaces, to, tokens } = headJson(head)
  return `],${canonical({ merkleRoot, number, replaces, to, tokens }).slice(1)}`
}

/** Times as ISO 8601, amounts as text. */
export function headJson(head: StatementHead): Record<keyof StatementHead, Json> {
  return {
    number: head.number,
    replaces: head.replaces,
    account: head.account,
    from: head.from.toISOString(),
    to: head.to.toISOString(),
    asOf: head.asOf.map(({ chain, height, hash, time, coveredUntil, covered }) => ({
      chain,
      height,
      hash,
      time: time?.toISOString() ?? null,
      coveredUntil: coveredUntil?.toISOString() ?? null,
      covered,
    })),
    complete: head.complete,
    tokens: head.tokens.map(({ opening, accrued, claimed, closing, ...token }) => ({
      ...token,
      opening: `${opening}`,
      accrued: `${accrued}`,
      claimed: `${claimed}`,
      closing: `${closing}`,
    })),
    lineCount: head.lineCount,
  }
}
