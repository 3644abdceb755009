import { events as royalty } from '../../abi/story/royaltyModule'
import { events as policy } from '../../abi/story/royaltyPolicy'
import { accountId, tokenId } from '../../ledger/ids'
import { nobody, reads } from '../reading'
import { byLog, ipModel } from './naming'

/*
 * A payment of 100 at a royalty stack of 30 %: the receiver's vault logs `RevenueTokenAddedToVault` of 70, the module
 * then `RoyaltyPaid` of 100, and the policy contract keeps 30 until somebody calls for `RevenueTransferredToVault`,
 * which the ancestor's vault precedes with `RevenueTokenAddedToVault`. Only the vaults' logs are money that can be
 * claimed, only the payments' are new money: the ledger joins them (src/ledger/vaultRevenue.ts).
 */

export const paymentHandlers = {
  /** `payerIpId` is what the sender says and nobody checks; a group's pool pays its members by the same event. */
  ...reads(royalty.RoyaltyPaid, (args, origin) => [
    {
      kind: 'vaultPaid',
      origin,
      fee: byLog('fee', origin),
      feeKind: 'USAGE',
      model: ipModel(origin.chain, args.receiverIpId),
      payer: accountId(origin.chain, args.sender),
      payerModel: args.payerIpId === nobody ? undefined : ipModel(origin.chain, args.payerIpId),
      token: tokenId(origin.chain, args.token),
      gross: args.amount,
      protocolFee: args.amount - args.amountAfterFee,
      net: args.amountAfterFee,
    },
  ]),
  /** `payerAddress` is the periphery contract where a workflow mints and links in one transaction. */
  ...reads(royalty.LicenseMintingFeePaid, (args, origin) => [
    {
      kind: 'vaultPaid',
      origin,
      fee: byLog('fee', origin),
      feeKind: 'LICENSE',
      model: ipModel(origin.chain, args.receiverIpId),
      payer: accountId(origin.chain, args.payerAddress),
      token: tokenId(origin.chain, args.token),
      gross: args.amount,
      protocolFee: args.amount - args.amountAfterFee,
      net: args.amountAfterFee,
    },
  ]),
}

/** Of both policies. The ancestor is often no direct parent; LRP's amount is net of the ancestor's own stack. */
export const transferHandlers = reads(policy.RevenueTransferredToVault, (args, origin) => [
  {
    kind: 'royaltyAccrued',
    origin,
    accrualKind: 'ANCESTOR',
    from: ipModel(origin.chain, args.ipId),
    to: ipModel(origin.chain, args.ancestorIpId),
    token: tokenId(origin.chain, args.token),
    amount: args.amount,
  },
])
