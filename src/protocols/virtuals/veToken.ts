import { events as factory } from '../../abi/virtuals/agentFactory'
import { events as migrator } from '../../abi/virtuals/agentMigrator'
import { events as veToken } from '../../abi/virtuals/agentVeToken'
import { accountId, poolId } from '../../ledger/ids'
import type { AdapterContext, Handler, ProtocolLog } from '../protocol'
import { nobody, readAs, reads } from '../reading'
import { factories } from './deployments'

/** Stake has no event of its own: it is the token's mint to the receiver, and its burn. The asset is LP, one for one. */
export const veTokenEvents: Record<string, Handler> = {
  ...reads(
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
  ...reads(
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
  ...reads(
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

/** What comes before the announcement of its contract is read with the announcement (agents.ts). */
export const veTokenHandlers: Record<string, Handler> = Object.fromEntries(
  Object.entries(veTokenEvents).map(([topic, handler]): [string, Handler] => [
    topic,
    {
      ...handler,
      handle: (log, origin, context, answers) =>
        context.transaction.once(announcements, context).early.has(log)
          ? []
          : handler.handle(log, origin, context, answers),
    },
  ]),
)

/** What the veToken that this log announces has logged before it, in the same transaction. */
export function earlierStake(log: ProtocolLog, context: AdapterContext): readonly ProtocolLog[] {
  return context.transaction.once(announcements, context).earlier.get(log) ?? []
}

interface Announcements {
  /** by announcement: logs of the veToken that it announces */
  earlier: Map<ProtocolLog, ProtocolLog[]>
  early: Set<ProtocolLog>
}

/** Each log of a veToken belongs to the next announcement of it, if there is one. */
function announcements(logs: readonly ProtocolLog[], { deployment }: AdapterContext): Announcements {
  const announcers = new Set([...factories, 'agentMigrator'].map(role => deployment.contracts[role]))
  const waiting = new Map<string, ProtocolLog[]>()
  const earlier = new Map<ProtocolLog, ProtocolLog[]>()
  const early = new Set<ProtocolLog>()
  for (const log of logs) {
    const announced =
      announcers.has(log.address) && (readAs(factory.NewPersona, log) ?? readAs(migrator.AgentMigrated, log))
    if (announced) {
      const its = waiting.get(announced.veToken) ?? []
      waiting.delete(announced.veToken)
      earlier.set(log, its)
      for (const one of its) early.add(one)
    } else if (veTokenEvents[log.topics[0] ?? '']) {
      const of = waiting.get(log.address)
      if (of) of.push(log)
      else waiting.set(log.address, [log])
    }
  }
  return { earlier, early }
}
