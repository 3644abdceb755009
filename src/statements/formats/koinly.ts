import { claimsFormat, nothing } from './claims'

/** Koinly's universal template: support.koinly.io, "How to create a custom CSV file with your data". */
export const koinly = claimsFormat({
  Date: ({ time }) => `${time} UTC`,
  'Sent Amount': nothing,
  'Sent Currency': nothing,
  'Received Amount': ({ amount }) => amount,
  'Received Currency': ({ currency }) => currency,
  'Fee Amount': nothing,
  'Fee Currency': nothing,
  'Net Worth Amount': ({ entry }) => entry.usd ?? '',
  'Net Worth Currency': ({ entry }) => (entry.usd === null ? '' : 'USD'),
  Label: () => 'income',
  Description: ({ note }) => note,
  TxHash: ({ entry }) => entry.transaction,
})
