/** ModelRegistry: models, their parents, versions, owners and attestations. */
import { events } from '../../abi/reference/modelRegistry'
import type { DomainEvent, EdgeRole, Origin } from '../../ledger/events'
import { longText, shortText } from '../../ledger/freeText'
import { accountId, nftId, writtenModel } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { ProtocolLog } from '../protocol'
import { nftMoved } from '../reading'
import { localModel } from './names'

/** By the contract's numbers. */
const roles: EdgeRole[] = ['PARENT', 'DATASET', 'COMPONENT', 'SERVICE']

export function modelRegistered(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { modelId, owner, contentHash, name, uri, forkRoyaltyPpm } = decodeEvent(events.ModelRegistered, log)
  return [
    {
      kind: 'modelRegistered',
      origin,
      model: localModel(origin.chain, modelId),
      modelKind: 'MODEL',
      nft: nftId(origin.chain, log.address, modelId),
      tokenId: modelId,
      owner: accountId(origin.chain, owner),
      creator: accountId(origin.chain, owner),
      name: shortText(name),
      metadataUri: longText(uri),
      contentHash,
      forkRoyaltyPpm,
    },
  ]
}

/**
 * An edge for each parent, in the event's order. What a user wrote as a foreign parent and is no id is kept as a
 * rejected log; the other edges stand.
 */
export function modelForked(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const {
    childId,
    parentIds,
    foreignParents,
    sharesPpm,
    roles: roleNumbers,
  } = decodeEvent(events.ModelForked, log)
  const child = localModel(origin.chain, childId)
  const parents = [...parentIds.map(id => localModel(origin.chain, id)), ...foreignParents.map(writtenModel)]
  return parents.map((parent, ordinal): DomainEvent => {
    if (parent === undefined) {
      const written = shortText(foreignParents[ordinal - parentIds.length] ?? '')
      const reason = `parent ${ordinal} of ${child} is no CAIP-19 id: ${written}`
      return { kind: 'logRejected', origin, topics: log.topics, data: log.data, reason }
    }
    const role = roles[roleNumbers[ordinal] ?? -1]
    const sharePpm = sharesPpm[ordinal]
    if (role === undefined || sharePpm === undefined) {
      throw new RangeError(`parent ${ordinal} of ${child} has no role or no share`)
    }
    const share = { numerator: BigInt(sharePpm), denominator: 1_000_000n }
    return { kind: 'modelForked', origin, child, parent, role, ordinal, share, policy: 'HOP' }
  })
}

export function versionPublished(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { modelId, number, contentHash, uri } = decodeEvent(events.VersionPublished, log)
  const model = localModel(origin.chain, modelId)
  return [{ kind: 'versionPublished', origin, model, number, contentHash, metadataUri: longText(uri) }]
}

/** ERC-721 `Transfer`, of a mint too. */
export function ownershipTransferred(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { to, tokenId } = decodeEvent(events.Transfer, log)
  return [nftMoved(origin, tokenId, to)]
}

export function modelAttested(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { modelId, attester, uid, schema, dataHash, uri } = decodeEvent(events.ModelAttested, log)
  return [
    {
      kind: 'attested',
      origin,
      attestation: attestationId(origin.chain, uid),
      model: localModel(origin.chain, modelId),
      attester: accountId(origin.chain, attester),
      schema,
      dataHash,
      uri: longText(uri),
    },
  ]
}

export function attestationRevoked(log: ProtocolLog, origin: Origin): DomainEvent[] {
  const { uid } = decodeEvent(events.AttestationRevoked, log)
  return [{ kind: 'attestationRevoked', origin, attestation: attestationId(origin.chain, uid) }]
}

function attestationId(chain: string, uid: string): string {
  return `${chain}/attestation:${uid}`
}
