import { claimsFormat, nothing } from './claims'

/** Cryptio's template: support.cryptio.co, "The Ultimate CSV import guide". */
export const cryptio = claimsFormat({
  transactionDate: ({ time }) => time.slice(0, 19),
  orderType: () => 'deposit',
  txhash: ({ entry }) => entry.transaction,
  incomingAsset: ({ currency }) => currency,
  incomingVolume: ({ amount }) => amount,
  // A pool's share has no price of its own: its value alone is told.
  incomingUnitRate: ({ entry }) => (entry.priceToken === entry.token ? (entry.priceUsd ?? '') : ''),
  incomingTransactionValue: ({ entry }) => entry.usd ?? '',
  outgoingAsset: nothing,
  outgoingVolume: nothing,
  outgoingUnitRate: nothing,
  outgoingTransactionValue: nothing,
  feeAsset: nothing,
  feeVolume: nothing,
  feeUnitRate: nothing,
  feeTransactionValue: nothing,
  otherParties: ({ entry }) => entry.model ?? '',
  note: ({ note }) => note,
})
