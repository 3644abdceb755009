import { events as factory } from '../../abi/virtuals/agentFactory'
import { events as migrator } from '../../abi/virtuals/agentMigrator'
import { events as nft } from '../../abi/virtuals/agentNft'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, nftId, poolId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Discovery, ProtocolLog } from '../protocol'
import { followsOwners, nobody, reads } from '../reading'
import { factories } from './deployments'
import { agentModel, contractOf } from './naming'
import { moveOf } from './reading'
import { earlierStake, veTokenEvents } from './veToken'

/** Clones by the name of the event's argument, and the role under which they are found. */
const CLONES = {
  token: 'agentToken',
  dao: 'agentDao',
  tba: 'agentAccount',
  veToken: 'agentVeToken',
  lp: 'agentPool',
} as const
type Clone = keyof typeof CLONES
const MIGRATED: Clone[] = ['token', 'dao', 'veToken', 'lp']

/** The announcement is the last log of a creation: all that the clones logged before it is theirs. */
export const cloneDiscoveries: Discovery[] = [
  ...factories.flatMap(by =>
    (Object.keys(CLONES) as Clone[]).map(clone => ({
      by,
      topic: factory.NewPersona.topic,
      role: CLONES[clone],
      address: (log: ProtocolLog) => factory.NewPersona.decode(log)[clone],
    })),
  ),
  ...MIGRATED.map(clone => ({
    by: 'agentMigrator',
    topic: migrator.AgentMigrated.topic,
    role: CLONES[clone],
    address: (log: ProtocolLog) => migrator.AgentMigrated.decode(log)[clone as 'token'],
  })),
]

export const factoryHandlers = reads(factory.NewPersona, (args, origin, context, log) => {
  const model = agentModel(origin.chain, args.virtualId)
  const earlier = earlierStake(log, context)
  // The NFT is a vault's. Whoever got the first stake is the founder.
  const mint = earlier.find(one => moveOf(one)?.from === nobody)
  const founder = moveOf(mint)?.to
  return [
    {
      kind: 'modelRegistered',
      origin,
      model,
      modelKind: 'MODEL',
      nft: nftId(origin.chain, contractOf(context, 'agentNft'), args.virtualId),
      tokenId: args.virtualId,
      creator: founder && accountId(origin.chain, founder),
    },
    ...named(model, args, Object.keys(CLONES) as Clone[], origin),
    poolOf(model, args, origin),
    ...staked(earlier, origin, context),
  ]
})

/** Everything of the agent speaks of the new clones from here on; old stake can be withdrawn and counts for nothing. */
export const migratorHandlers = reads(migrator.AgentMigrated, (args, origin, context, log) => {
  const model = agentModel(origin.chain, args.virtualId)
  return [
    ...named(model, args, MIGRATED, origin),
    poolOf(model, args, origin),
    { kind: 'poolsRetired', origin, model, pool: poolId(origin.chain, args.veToken) },
    ...staked(earlierStake(log, context), origin, context),
  ]
})

export const agentNftHandlers = {
  ...followsOwners(nft.Transfer),
  ...reads(nft.AgentBlacklisted, (args, origin) => [
    {
      kind: 'modelSuspended',
      origin,
      model: agentModel(origin.chain, args.virtualId),
      suspended: args.value,
    },
  ]),
}

function named(
  model: string,
  args: Partial<Record<Clone, string>>,
  clones: Clone[],
  origin: Origin,
): DomainEvent[] {
  return clones.map(role => ({
    kind: 'modelContractNamed',
    origin,
    model,
    role,
    account: accountId(origin.chain, args[role]!),
  }))
}

function poolOf(
  model: string,
  { veToken, lp }: { veToken: string; lp: string },
  origin: Origin,
): DomainEvent {
  return {
    kind: 'poolCreated',
    origin,
    pool: poolId(origin.chain, veToken),
    poolKind: 'DIRECT',
    model,
    asset: tokenId(origin.chain, lp),
    unbondingSeconds: 0,
    virtualAssets: 0n,
    virtualShares: 0n,
  }
}

/** The events of logs that came before the pool, each with its own place: their handlers leave them to the announcement. */
function staked(logs: readonly ProtocolLog[], announced: Origin, context: AdapterContext): DomainEvent[] {
  return logs.flatMap(log => {
    const handler = veTokenEvents[log.topics[0] ?? '']
    if (handler?.topics !== log.topics.length) return []
    const origin = { ...announced, contract: log.address, logIndex: log.logIndex }
    return handler.handle(log, origin, context, [])
  })
}
