import { claimsFormat, nothing } from './claims'

/** CoinTracker's template: support.cointracker.io, "Convert your transaction history to CoinTracker CSV"; `payment`: received for a good or service ("Transaction category definitions"). */
export const cointracker = claimsFormat({
  Date: ({ time }) => `${time.slice(5, 7)}/${time.slice(8, 10)}/${time.slice(0, 4)} ${time.slice(11, 19)}`,
  'Received Quantity': ({ amount }) => amount,
  'Received Currency': ({ currency }) => currency,
  'Sent Quantity': nothing,
  'Sent Currency': nothing,
  'Fee Amount': nothing,
  'Fee Currency': nothing,
  Tag: () => 'payment',
})
