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
  'Net Worth Amount': nothing,
  'Net Worth Currency': nothing,
  Label: () => 'income',
  Description: ({ note }) => note,
  TxHash: ({ entry }) => entry.transaction,
})
