import { events as licensing } from '../../abi/story/licensingModule'
import { events as royalty } from '../../abi/story/royaltyModule'
import type { RoyaltyPolicy } from '../../ledger/events'
import { accountId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'
import { reads } from '../reading'
import { ipModel, percentShare, termsId } from './naming'

/**
 * Carries the share and policy of each link, and comes before `DerivativeRegistered` in the same transaction; links
 * without royalty have only the latter. The share is this one and not the terms': configuration overrides it for
 * each parent, and a licence token freezes it when it is minted.
 */
export const linkedToParents = reads(royalty.LinkedToParents, (args, origin, context) =>
  args.parentIpIds.map((parent, ordinal) => {
    const policy = at(args.licenseRoyaltyPolicies, ordinal)
    return {
      kind: 'modelForked',
      origin,
      child: ipModel(origin.chain, args.ipId),
      parent: ipModel(origin.chain, parent),
      role: 'PARENT',
      ordinal,
      share: percentShare(at(args.licensesPercent, ordinal)),
      policy: policyOf(policy, context),
      policyContract: accountId(origin.chain, policy),
    }
  }),
)

/** Adds the terms to the edge that `LinkedToParents` made, or makes it, without a share. */
export const derivativeRegistered = reads(licensing.DerivativeRegistered, (args, origin) =>
  args.parentIpIds.map((parent, ordinal) => ({
    kind: 'modelForked',
    origin,
    child: ipModel(origin.chain, args.childIpId),
    parent: ipModel(origin.chain, parent),
    role: 'PARENT',
    ordinal,
    terms: termsId(origin.chain, args.licenseTemplate, at(args.licenseTermsIds, ordinal)),
  })),
)

/** Anybody can register a policy of his own: it takes royalty tokens of the child and no part of its payments. */
function policyOf(address: string, { deployment }: AdapterContext): RoyaltyPolicy {
  if (address === deployment.contracts.royaltyPolicyLap) return 'ABSOLUTE'
  if (address === deployment.contracts.royaltyPolicyLrp) return 'HOP'
  return 'EXTERNAL'
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index]
  if (item === undefined)
    throw new Error(`lists of parents differ in length: ${list.length} items, item ${index} wanted`)
  return item
}
