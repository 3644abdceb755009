import { events as vault } from '../../abi/story/ipRoyaltyVault'
import { events as royalty } from '../../abi/story/royaltyModule'
import { accountId, tokenId } from '../../ledger/ids'
import type { Discovery } from '../protocol'
import { nobody, reads } from '../reading'
import { ipModel } from './naming'

/** A vault mints its royalty tokens before the module announces it, in the same transaction. */
export const vaultDiscovery: Discovery = {
  by: 'royaltyModule',
  topic: royalty.IpRoyaltyVaultDeployed.topic,
  role: 'vault',
  address: log => royalty.IpRoyaltyVaultDeployed.decode(log).ipRoyaltyVault,
}

export const vaultDeployed = reads(royalty.IpRoyaltyVaultDeployed, (args, origin) => [
  {
    kind: 'vaultDeployed',
    origin,
    vault: accountId(origin.chain, args.ipRoyaltyVault),
    model: ipModel(origin.chain, args.ipId),
  },
])

/** Of vaults that were announced: anybody can deploy a contract with the same events. */
export const vaultHandlers = {
  ...reads(
    vault.Transfer,
    (args, origin) => [
      {
        kind: 'vaultSharesMoved',
        origin,
        vault: accountId(origin.chain, origin.contract),
        from: args.from === nobody ? undefined : accountId(origin.chain, args.from),
        to: args.to === nobody ? undefined : accountId(origin.chain, args.to),
        shares: args.value,
      },
    ],
    3,
  ),
  ...reads(vault.RevenueTokenAddedToVault, (args, origin) => [
    {
      kind: 'vaultRevenueAdded',
      origin,
      vault: accountId(origin.chain, origin.contract),
      token: tokenId(origin.chain, args.token),
      amount: args.amount,
    },
  ]),
  /** The claimer is the IP's account, a holder, a group's pool, or an ancestor's vault; never the IP's owner as such. */
  ...reads(vault.RevenueTokenClaimed, (args, origin) => [
    {
      kind: 'royaltyClaimed',
      origin,
      vault: accountId(origin.chain, origin.contract),
      account: accountId(origin.chain, args.claimer),
      token: tokenId(origin.chain, args.token),
      amount: args.amount,
    },
  ]),
  ...reads(vault.RevenueDebtUpdated, (args, origin) => [
    {
      kind: 'vaultDebtUpdated',
      origin,
      vault: accountId(origin.chain, origin.contract),
      account: accountId(origin.chain, args.claimer),
      token: tokenId(origin.chain, args.token),
      debt: args.revenueDebt,
    },
  ]),
}
