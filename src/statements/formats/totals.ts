import type { BlockHeight, ChainCoverage } from '../coverage'
import type { StatementHead } from '../seal/head'
import type { Seal } from '../seal/sealedStatement'
import { tokenLabels } from '../tokenLabels'
import { type Column, type SealedTotal, totalColumns } from './columns'

/** A token of a chain; null: nothing of the account ever moved on it, and the statement is of it all the same. */
export interface TotalRow {
  chain: ChainCoverage
  total: SealedTotal | null
}

/** Each token's totals with what moved of it in USD, in the order of the head. */
export function sealedTotals({ tokens }: StatementHead, { usd }: Seal): SealedTotal[] {
  return tokens.map((total, i) => ({ ...total, ...usd.byToken[i]! }))
}

export function totalRows(head: StatementHead, seal: Seal): TotalRow[] {
  const { asOf } = head
  const totals = sealedTotals(head, seal)
  return asOf.flatMap((chain): TotalRow[] => {
    const own = totals.filter(total => total.chain === chain.chain)
    return own.length > 0 ? own.map(total => ({ chain, total })) : [{ chain, total: null }]
  })
}

/** The totals, and all else that is said of a statement without its lines: from it the statement's hash follows. */
export function totalsColumns(
  head: StatementHead,
  { merkleRoot, sha256, usd, signature }: Seal,
): Column<TotalRow>[] {
  const text = (name: string, value: string | null): Column<TotalRow> => ({
    name,
    type: 'text',
    of: () => value,
  })
  return [
    ...totalColumns(tokenLabels(head.tokens)).map(({ name, type, of }) => ({
      name,
      type,
      of: ({ chain, total }: TotalRow) => (total ? of(total) : name === 'chain' ? chain.chain : null),
    })),
    text('account', head.account),
    { name: 'fromUtc', type: 'time', of: () => head.from },
    { name: 'toUtc', type: 'time', of: () => head.to },
    text('complete', `${head.complete}`),
    { name: 'height', type: 'whole', of: ({ chain }) => chain.height },
    { name: 'blockHash', type: 'text', of: ({ chain }) => chain.hash },
    { name: 'blockTimeUtc', type: 'time', of: ({ chain }) => chain.time },
    { name: 'coveredUntilUtc', type: 'time', of: ({ chain }) => chain.coveredUntil },
    { name: 'covered', type: 'text', of: ({ chain }) => `${chain.covered}` },
    { name: 'lines', type: 'whole', of: () => head.lineCount },
    text('prices', head.prices?.version ?? null),
    text('priceHeights', head.prices && heightsText(head.prices.heights)),
    { name: 'unpricedTokens', type: 'text', of: () => usd.unpriced.join(' ') },
    text('statement', head.number),
    text('replaces', head.replaces),
    text('merkleRoot', merkleRoot),
    text('sha256', sha256),
    text('signer', signature?.signer ?? null),
    text('signature', signature?.signature ?? null),
  ]
}

/** `eip155:1@20000000 eip155:10@120000000`, as a request gives them. */
function heightsText(heights: readonly BlockHeight[]): string {
  return heights.map(({ chain, height }) => `${chain}@${height}`).join(' ')
}
