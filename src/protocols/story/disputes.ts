import { events as dispute } from '../../abi/story/disputeModule'
import { accountId } from '../../ledger/ids'
import { reads } from '../reading'
import { disputeId, ipModel, tagText } from './naming'

export const disputeHandlers = {
  ...reads(dispute.DisputeRaised, (args, origin) => [
    {
      kind: 'disputeRaised',
      origin,
      dispute: disputeId(origin, args.disputeId),
      model: ipModel(origin.chain, args.targetIpId),
      initiator: accountId(origin.chain, args.disputeInitiator),
      evidenceHash: args.disputeEvidenceHash,
      tag: tagText(args.targetTag),
    },
  ]),
  ...reads(dispute.DisputeJudgementSet, (args, origin) => [
    { kind: 'disputeJudged', origin, dispute: disputeId(origin, args.disputeId), upheld: args.decision },
  ]),
  /**
   * No `DisputeRaised` precedes it: `disputeId` is new, and `infringerDisputeId` that of the previous hop, not of the
   * root. A group is tagged by a member, all others by a parent.
   */
  ...reads(dispute.IpTaggedOnRelatedIpInfringement, (args, origin) => [
    {
      kind: 'taintInherited',
      origin,
      dispute: disputeId(origin, args.disputeId),
      model: ipModel(origin.chain, args.ipIdToTag),
      fromModel: ipModel(origin.chain, args.infringingIpId),
      fromDispute: disputeId(origin, args.infringerDisputeId),
      tag: tagText(args.tag),
    },
  ]),
  ...reads(dispute.DisputeResolved, (args, origin) => [
    { kind: 'disputeClosed', origin, dispute: disputeId(origin, args.disputeId), status: 'RESOLVED' },
  ]),
  ...reads(dispute.DisputeCancelled, (args, origin) => [
    { kind: 'disputeClosed', origin, dispute: disputeId(origin, args.disputeId), status: 'CANCELLED' },
  ]),
}
