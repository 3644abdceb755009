import { events as factory } from '../../abi/virtuals/agentFactory'
import { events as erc20 } from '../../abi/virtuals/agentVeToken'
import { events as bonding } from '../../abi/virtuals/bonding'
import { events as pair } from '../../abi/virtuals/curvePair'
import { accountId, poolId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Discovery, ProtocolLog } from '../protocol'
import { nobody, readAs, reads } from '../reading'
import { factories } from './deployments'
import { agentModel, contractOf, curveId, launchedModel } from './naming'
import { type Move, moveBefore, moveOf } from './reading'

export const curveDiscoveries: Discovery[] = [
  {
    by: 'bonding',
    topic: bonding.Launched.topic,
    role: 'curveToken',
    address: log => bonding.Launched.decode(log).token,
  },
  {
    by: 'bonding',
    topic: bonding.Launched.topic,
    role: 'curvePair',
    address: log => bonding.Launched.decode(log).pair,
  },
]

export const bondingHandlers = {
  /** The pair said its reserves before; Bonding buys for the creator, and hands it over, after. */
  ...reads(bonding.Launched, (args, origin, context, log) => {
    const reserves = readAs(pair.Mint, context.transaction.before(log, args.pair, pair.Mint.topic))
    if (!reserves) throw new RangeError(`no Mint of the pair ${args.pair} before its launch`)
    const creator = context.transaction.once(launches, context).creators.get(log)
    return [
      {
        kind: 'curveCreated',
        origin,
        curve: curveId(origin.chain, args.token),
        pool: poolId(origin.chain, args.pair),
        model: launchedModel(origin.chain, args.token),
        pair: accountId(origin.chain, args.pair),
        token: tokenId(origin.chain, args.token),
        asset: tokenId(origin.chain, contractOf(context, 'virtual')),
        creator: creator && accountId(origin.chain, creator),
        reserveToken: reserves.reserve0,
        reserveAsset: reserves.reserve1,
      },
    ]
  }),
  /** The agent is announced before, in the same transaction, with the same token. */
  ...reads(bonding.Graduated, (args, origin, context, log) => {
    const agent = context.transaction.once(graduates, context).get(log)
    return [
      {
        kind: 'curveGraduated',
        origin,
        curve: curveId(origin.chain, args.token),
        model: agent === undefined ? undefined : agentModel(origin.chain, agent),
        token: tokenId(origin.chain, args.agentToken),
      },
    ]
  }),
}

export const pairHandlers = {
  /** Its launch, which follows, reads it. */
  ...reads(pair.Mint, () => []),
  /** Who traded is in the token's own log before; the tax is the last VIRTUAL that moved before. */
  ...reads(pair.Swap, (args, origin, context, log) => {
    const move = context.transaction.once(trades, context).moves.get(log)
    if (!move) throw new RangeError('no tokens moved to or from the pair before its swap')
    const isBuy = move.from === log.address
    const trader = isBuy ? move.to : move.from
    const taxed = moveBefore(log, contractOf(context, 'virtual'), context)
    const payer = isBuy ? trader : log.address
    return [
      {
        kind: 'curveTraded',
        origin,
        curve: curveId(origin.chain, move.log.address),
        trader: accountId(origin.chain, trader),
        side: isBuy ? 'BUY' : 'SELL',
        tokens: move.value,
        assets: isBuy ? args.amount1In : args.amount1Out,
        tax: taxed?.from === payer && taxed.to !== log.address ? taxed.value : 0n,
      },
    ]
  }),
}

/** Of the curve's token: what is part of a trade is told by the pair, what comes before the launch all ends in the pair. */
export const curveTokenHandlers = reads(
  erc20.Transfer,
  (args, origin, context, log) => {
    const { transaction } = context
    if (transaction.once(trades, context).traded.has(log)) return []
    const launchedAt = transaction.once(launches, context).places.get(log.address)
    if (launchedAt !== undefined && launchedAt > log.logIndex) return []
    const account = (address: string) => (address === nobody ? undefined : accountId(origin.chain, address))
    return [
      {
        kind: 'curveTokenMoved',
        origin,
        curve: curveId(origin.chain, origin.contract),
        from: account(args.from),
        to: account(args.to),
        tokens: args.value,
      },
    ]
  },
  3,
)

interface Launches {
  /** by token: where its launch is in the block */
  places: Map<string, number>
  /** by launch: whom Bonding gave its token first */
  creators: Map<ProtocolLog, string>
}

function launches(logs: readonly ProtocolLog[], { deployment }: AdapterContext): Launches {
  const places = new Map<string, number>()
  const creators = new Map<ProtocolLog, string>()
  const open = new Map<string, ProtocolLog>()
  for (const log of logs) {
    const launched = log.address === deployment.contracts.bonding && readAs(bonding.Launched, log)
    if (launched) {
      places.set(launched.token, log.logIndex)
      open.set(launched.token, log)
      continue
    }
    const launch = open.get(log.address)
    const move = launch && moveOf(log)
    if (!launch || move?.from !== launch.address) continue
    creators.set(launch, move.to)
    open.delete(log.address)
  }
  return { places, creators }
}

/** By graduation: the agent that has the token. */
function graduates(logs: readonly ProtocolLog[], { deployment }: AdapterContext): Map<ProtocolLog, bigint> {
  const announcers = new Set(factories.map(role => deployment.contracts[role]))
  const agents = new Map<string, bigint>()
  const found = new Map<ProtocolLog, bigint>()
  for (const log of logs) {
    const persona = announcers.has(log.address) && readAs(factory.NewPersona, log)
    if (persona) agents.set(persona.token, persona.virtualId)
    const graduated = log.address === deployment.contracts.bonding && readAs(bonding.Graduated, log)
    const agent = graduated && agents.get(graduated.agentToken)
    if (agent !== undefined && agent !== false) found.set(log, agent)
  }
  return found
}

interface Trades {
  /** by swap: the move of the curve's token that it is about */
  moves: Map<ProtocolLog, Move>
  /** logs of these moves */
  traded: Set<ProtocolLog>
}

/** A swap is about the nearest move before it, to or from the pair, of the same amount, that no other swap is about. */
function trades(logs: readonly ProtocolLog[], { discovered }: AdapterContext): Trades {
  const open = new Map<string, Move[]>()
  const moves = new Map<ProtocolLog, Move>()
  const note = (key: string, move: Move) => {
    const same = open.get(key)
    if (same) same.push(move)
    else open.set(key, [move])
  }
  for (const log of logs) {
    const topic = log.topics[0]
    if (topic === erc20.Transfer.topic && discovered(log.address) === 'curveToken') {
      const move = moveOf(log)
      if (!move) continue
      note(`${move.from} sells ${move.value}`, move)
      note(`${move.to} buys ${move.value}`, move)
    } else if (topic === pair.Swap.topic && discovered(log.address) === 'curvePair') {
      const swap = readAs(pair.Swap, log)
      if (!swap) continue
      const isBuy = swap.amount1In > 0n || swap.amount0Out > 0n
      const key = isBuy ? `sells ${swap.amount0Out}` : `buys ${swap.amount0In}`
      const move = open.get(`${log.address} ${key}`)?.pop()
      if (move) moves.set(log, move)
    }
  }
  return { moves, traded: new Set([...moves.values()].map(({ log }) => log)) }
}
