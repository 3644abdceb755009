/** Identity registry: agents, their owners, URIs and wallets. */
import { events } from '../../abi/erc8004/identityRegistry'
import type { DomainEvent, Origin } from '../../ledger/events'
import { longText } from '../../ledger/freeText'
import { AGENT_WALLET, accountId, nftId } from '../../ledger/ids'
import { followsOwners, nobody, reads } from '../reading'
import { agentModel } from './naming'

export const identityHandlers = {
  /** `Transfer` of the mint stands after it, and says who the owner is: of a contract that passes it on at once too. */
  ...reads(events.Registered, ({ agentId, agentURI, owner }, origin) => [
    {
      kind: 'modelRegistered',
      origin,
      model: agentModel(origin.chain, agentId),
      modelKind: 'SERVICE',
      nft: nftId(origin.chain, origin.contract, agentId),
      tokenId: agentId,
      creator: accountId(origin.chain, owner),
      metadataUri: longText(agentURI),
    },
    // IdentityRegistryUpgradeable 1.1 tells no more of its first wallet, 2.0 tells it by MetadataSet as well.
    walletNamed(origin, agentId, owner),
  ]),
  ...followsOwners(events.Transfer),
  ...reads(events.URIUpdated, ({ agentId, newURI }, origin) => [
    {
      kind: 'versionPublished',
      origin,
      model: agentModel(origin.chain, agentId),
      metadataUri: longText(newURI),
    },
  ]),
  /** The key is reserved: what the registry sets is signed by the wallet, and taken away when the agent changes hands. */
  ...reads(events.MetadataSet, ({ agentId, metadataKey, metadataValue }, origin) =>
    metadataKey === AGENT_WALLET ? [walletNamed(origin, agentId, walletIn(metadataValue))] : [],
  ),
}

const NONE = '0x'
/** `abi.encodePacked(address)` */
const PACKED = /^0x[0-9a-f]{40}$/

function walletIn(value: string): string | undefined {
  if (value === NONE || value === nobody) return undefined
  if (!PACKED.test(value)) throw new RangeError(`the wallet is no address: ${value.slice(0, 100)}`)
  return value
}

function walletNamed(origin: Origin, agentId: bigint, wallet: string | undefined): DomainEvent {
  return {
    kind: 'modelContractNamed',
    origin,
    model: agentModel(origin.chain, agentId),
    role: AGENT_WALLET,
    account: wallet === undefined ? undefined : accountId(origin.chain, wallet),
  }
}
