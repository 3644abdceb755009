/** Component and agent registries: units, what they depend on, their owners and hashes. */
import { events, functions } from '../../abi/olas/unitRegistry'
import type { DomainEvent } from '../../ledger/events'
import { nftId } from '../../ledger/ids'
import { followsOwners, reads } from '../reading'
import { idsIn } from './answers'
import { metadataAt, unitModel, unitOf } from './naming'

export const unitHandlers = {
  /**
   * `Transfer` of the mint stands before it, and says who the owner is. On what it depends is in no event, and never
   * changes: the contract says it of any later block.
   */
  ...reads(
    events.CreateUnit,
    ({ unitId, uType, unitHash }, origin, _, __, [dependencies]) => {
      const unit = unitOf(uType)
      const child = unitModel(origin.chain, unit, unitId)
      const registered: DomainEvent = {
        kind: 'modelRegistered',
        origin,
        model: child,
        modelKind: unit === 'component' ? 'COMPONENT' : 'MODEL',
        nft: nftId(origin.chain, origin.contract, unitId),
        tokenId: unitId,
        contentHash: unitHash,
        metadataUri: metadataAt(unitHash),
      }
      return [
        registered,
        ...idsIn(functions.getDependencies, dependencies, ({ dependencies }) => dependencies).map(
          (id, ordinal): DomainEvent => ({
            kind: 'modelForked',
            origin,
            child,
            parent: unitModel(origin.chain, 'component', id),
            role: 'COMPONENT',
            ordinal,
          }),
        ),
      ]
    },
    undefined,
    log => {
      const { unitId } = events.CreateUnit.decode(log)
      return [{ to: log.address, call: functions.getDependencies.encode({ unitId }), once: true }]
    },
  ),
  /** Repeats count as well: `getUpdatedHashes` has them all. */
  ...reads(events.UpdateUnitHash, ({ unitId, uType, unitHash }, origin) => [
    {
      kind: 'versionPublished',
      origin,
      model: unitModel(origin.chain, unitOf(uType), unitId),
      contentHash: unitHash,
      metadataUri: metadataAt(unitHash),
    },
  ]),
  ...followsOwners(events.Transfer),
}
