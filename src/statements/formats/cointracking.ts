import { claimsFormat, nothing } from './claims'

/**
 * CoinTracking's own CSV, as it exports its trade table and takes it back. Its columns for values are left out, as they may
 * be: they are in the currency of the reader's account, which nobody told us.
 */
export const cointracking = claimsFormat({
  Type: () => 'Income',
  'Buy Amount': ({ amount }) => amount,
  'Buy Currency': ({ currency }) => currency,
  'Sell Amount': nothing,
  'Sell Currency': nothing,
  Fee: nothing,
  'Fee Currency': nothing,
  Exchange: ({ entry }) => entry.chain,
  'Trade-Group': () => 'Royalties',
  Comment: ({ note }) => note,
  Date: ({ time }) => time.slice(0, 19),
  'Tx-ID': ({ entry }) => entry.transaction,
})
