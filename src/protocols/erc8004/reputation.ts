/** Reputation registry: what clients say of agents, and what is answered to it. */
import { events } from '../../abi/erc8004/reputationRegistry'
import { events as hashedTag } from '../../abi/erc8004/reputationRegistryHashedTag'
import { events as scored } from '../../abi/erc8004/reputationRegistryScored'
import type { DomainEvent, Origin } from '../../ledger/events'
import { longText, shortText } from '../../ledger/freeText'
import { accountId } from '../../ledger/ids'
import { reads } from '../reading'
import { agentModel, feedbackId } from './naming'

/** What every shape of `NewFeedback` has. */
interface Feedback {
  agentId: bigint
  clientAddress: string
  feedbackIndex: bigint
  tag1?: string
  tag2: string
  endpoint: string
  feedbackURI: string
  feedbackHash: string
}

export const reputationHandlers = {
  ...reads(events.NewFeedback, (args, origin) => given(origin, args, args.value, args.valueDecimals)),
  // 1.1: a score of 0 to 100
  ...reads(scored.NewFeedback, (args, origin) => given(origin, args, BigInt(args.score), 0)),
  // 1.0: as 1.1, and of the first tag only the hash is there
  ...reads(hashedTag.NewFeedback, ({ tag1: _, ...args }, origin) =>
    given(origin, args, BigInt(args.score), 0),
  ),
  ...reads(events.FeedbackRevoked, ({ agentId, clientAddress, feedbackIndex }, origin) => [
    {
      kind: 'attestationRevoked',
      origin,
      attestation: feedbackId(origin, agentId, clientAddress, feedbackIndex),
    },
  ]),
  ...reads(events.ResponseAppended, (args, origin) => [
    {
      kind: 'attestationRespondedTo',
      origin,
      attestation: feedbackId(origin, args.agentId, args.clientAddress, args.feedbackIndex),
      responder: accountId(origin.chain, args.responder),
      uri: longText(args.responseURI),
      dataHash: args.responseHash,
    },
  ]),
}

function given(origin: Origin, feedback: Feedback, value: bigint, valueDecimals: number): DomainEvent[] {
  const { agentId, clientAddress, feedbackIndex, tag1 } = feedback
  return [
    {
      kind: 'attested',
      origin,
      attestation: feedbackId(origin, agentId, clientAddress, feedbackIndex),
      model: agentModel(origin.chain, agentId),
      attester: accountId(origin.chain, clientAddress),
      schema: 'feedback',
      value,
      valueDecimals,
      tag: tag1 === undefined ? undefined : shortText(tag1),
      subtag: shortText(feedback.tag2),
      endpoint: longText(feedback.endpoint),
      uri: longText(feedback.feedbackURI),
      dataHash: feedback.feedbackHash,
    },
  ]
}
