import { events as factory } from '../../abi/virtuals/agentFactory'
import { events as migrator } from '../../abi/virtuals/agentMigrator'
import { events as veToken } from '../../abi/virtuals/agentVeToken'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, poolId } from '../../ledger/ids'
import type { AdapterContext, Handler, ProtocolLog } from '../protocol'
import { nobody, reads } from '../reading'
import { factories } from './deployments'
import { after, readAs } from './reading'

/** Stake has no event of its own: it is the token's mint to the receiver, and its burn. The asset is LP, one for one. */
export const veTokenHandlers: Record<string, Handler> = {
  ...unlessLater(
    veToken.Transfer,
    (args, origin) => {
      const pool = poolId(origin.chain, origin.contract)
      const of = (account: string) => ({
        origin,
        pool,
        account: accountId(origin.chain, account),
        assets: args.value,
        shares: args.value,
      })
      if (args.from === nobody) return [{ ...of(args.to), kind: 'staked' }]
      if (args.to === nobody) return [{ ...of(args.from), kind: 'withdrawn' }]
      throw new RangeError('stake that changes hands, which the contract forbids')
    },
    3,
  ),
  /** To the zero address: the votes are nobody's. It comes with every stake, also where it changes nothing. */
  ...unlessLater(
    veToken.DelegateChanged,
    (args, origin) =>
      args.fromDelegate === args.toDelegate
        ? []
        : [
            {
              kind: 'delegated',
              origin,
              pool: poolId(origin.chain, origin.contract),
              account: accountId(origin.chain, args.delegator),
              to: accountId(origin.chain, args.toDelegate),
            },
          ],
    4,
  ),
  ...unlessLater(
    veToken.DelegateVotesChanged,
    (args, origin) => [
      {
        kind: 'votesCounted',
        origin,
        pool: poolId(origin.chain, origin.contract),
        account: accountId(origin.chain, args.delegate),
        votes: args.newVotes,
      },
    ],
    2,
  ),
}

/** A log that comes before the announcement of its contract is read with the announcement (agents.ts). */
function unlessLater<Args>(
  event: Parameters<typeof reads<Args>>[0],
  handle: (args: Args, origin: Origin) => DomainEvent[],
  topics: number,
): Record<string, Handler> {
  return reads(
    event,
    (args, origin, context, log) => (isAnnouncedLater(log, context) ? [] : handle(args, origin)),
    topics,
  )
}

function isAnnouncedLater(log: ProtocolLog, context: AdapterContext): boolean {
  const { contracts } = context.deployment
  const announcers = new Set([...factories, 'agentMigrator'].map(role => contracts[role]))
  return after(log, context).some(
    one =>
      announcers.has(one.address) &&
      (readAs(factory.NewPersona, one) ?? readAs(migrator.AgentMigrated, one))?.veToken === log.address,
  )
}
