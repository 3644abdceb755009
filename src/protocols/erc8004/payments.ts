/** x402: a client signs a transfer of the token (EIP-3009), and whoever serves him has it executed. */
import { events } from '../../abi/erc8004/paymentToken'
import { accountId, tokenId } from '../../ledger/ids'
import { readAs, reads } from '../reading'

export const paymentHandlers = {
  /** FiatTokenV2 marks the authorization as used, and moves the money next. */
  ...reads(events.AuthorizationUsed, ({ authorizer }, origin, { transaction }, log) => {
    const moved = transaction.after(log, log.address, events.Transfer.topic)
    if (!moved || transaction.before(moved, log.address, events.AuthorizationUsed.topic) !== log) return []
    const paid = readAs(events.Transfer, moved)
    if (!paid || paid.from !== authorizer || paid.value === 0n) return []
    return [
      {
        kind: 'walletPaid',
        origin,
        fee: `${origin.chain}/fee:${origin.transaction}-${origin.logIndex}`,
        wallet: accountId(origin.chain, paid.to),
        payer: accountId(origin.chain, authorizer),
        token: tokenId(origin.chain, log.address),
        amount: paid.value,
      },
    ]
  }),
  // Says how much, and to whom; of its own it is no payment.
  ...reads(events.Transfer, () => [], 3),
}
