/** Service registries, of Ethereum and of other chains: services, their agents, owners and configurations. */
import { events, functions } from '../../abi/olas/serviceRegistry'
import { events as onL2 } from '../../abi/olas/serviceRegistryL2'
import type { DomainEvent, Origin } from '../../ledger/events'
import { nftId } from '../../ledger/ids'
import type { AdapterContext, Answer, Read } from '../protocol'
import { followsOwners, reads, resultIn } from '../reading'
import { idsIn } from './answers'
import { agentOfService, metadataAt, serviceModel } from './naming'

const serviceAt = (to: string, serviceId: bigint): Read[] => [
  { to, call: functions.getService.encode({ serviceId }) },
]

export const serviceHandlers = {
  /** On Ethereum the configuration is in no event: the view says it as the block left it, after an update in it as well. */
  ...reads(
    events.CreateService,
    ({ serviceId }, origin, context, _, [answer]) =>
      created(origin, context, serviceId, resultIn(functions.getService, answer)?.configHash, answer),
    undefined,
    log => serviceAt(log.address, events.CreateService.decode(log).serviceId),
  ),
  ...reads(
    onL2.CreateService,
    ({ serviceId, configHash }, origin, context, _, [answer]) =>
      created(origin, context, serviceId, configHash, answer),
    undefined,
    log => serviceAt(log.address, onL2.CreateService.decode(log).serviceId),
  ),
  /** Agents and slots can be what changed, and the hash the same. */
  ...reads(
    events.UpdateService,
    ({ serviceId, configHash }, origin, context, _, [answer]) => [
      {
        kind: 'versionPublished',
        origin,
        model: serviceModel(origin.chain, serviceId),
        contentHash: configHash,
        metadataUri: metadataAt(configHash),
        ifChanged: true,
      },
      ...agentsOf(origin, context, serviceId, answer),
    ],
    undefined,
    log => serviceAt(log.address, events.UpdateService.decode(log).serviceId),
  ),
  ...followsOwners(events.Transfer),
}

function created(
  origin: Origin,
  context: AdapterContext,
  serviceId: bigint,
  configHash: string | undefined,
  answer: Answer | undefined,
): DomainEvent[] {
  return [
    {
      kind: 'modelRegistered',
      origin,
      model: serviceModel(origin.chain, serviceId),
      modelKind: 'SERVICE',
      nft: nftId(origin.chain, origin.contract, serviceId),
      tokenId: serviceId,
      contentHash: configHash,
      metadataUri: configHash && metadataAt(configHash),
    },
    ...agentsOf(origin, context, serviceId, answer),
  ]
}

/** Agents that a later update takes away keep their edge: the service was made of them once. */
function agentsOf(
  origin: Origin,
  context: AdapterContext,
  serviceId: bigint,
  answer: Answer | undefined,
): DomainEvent[] {
  return idsIn(functions.getService, answer, ({ agentIds }) => agentIds).map((id, ordinal) => ({
    kind: 'modelForked',
    origin,
    child: serviceModel(origin.chain, serviceId),
    parent: agentOfService(context, id),
    role: 'SERVICE',
    ordinal,
  }))
}
