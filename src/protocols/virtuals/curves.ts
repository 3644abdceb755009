import { events as factory } from '../../abi/virtuals/agentFactory'
import { events as erc20 } from '../../abi/virtuals/agentVeToken'
import { events as bonding } from '../../abi/virtuals/bonding'
import { events as pair } from '../../abi/virtuals/curvePair'
import { accountId, poolId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Discovery, ProtocolLog } from '../protocol'
import { nobody, reads } from '../reading'
import { factories } from './deployments'
import { agentModel, contractOf, curveId, launchedModel } from './naming'
import { after, before, firstOf, type Move, moveOf, readAs } from './reading'

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
    const reserves = firstOf(before(log, context), one =>
      one.address === args.pair ? readAs(pair.Mint, one) : undefined,
    )
    if (!reserves) throw new RangeError(`no Mint of the pair ${args.pair} before its launch`)
    const creator = firstOf(after(log, context), one => {
      const move = moveOf(one, args.token)
      return move?.from === log.address ? move.to : undefined
    })
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
    const { contracts } = context.deployment
    const announcers = new Set(factories.map(role => contracts[role]))
    const agent = firstOf(before(log, context), one => {
      const persona = announcers.has(one.address) ? readAs(factory.NewPersona, one) : undefined
      return persona?.token === args.agentToken ? persona : undefined
    })
    return [
      {
        kind: 'curveGraduated',
        origin,
        curve: curveId(origin.chain, args.token),
        model: agent && agentModel(origin.chain, agent.virtualId),
        token: tokenId(origin.chain, args.agentToken),
      },
    ]
  }),
}

/** Who traded is in the token's own log before; the tax is the last VIRTUAL that moved before. */
export const pairHandlers = reads(pair.Swap, (args, origin, context, log) => {
  const move = tradeOf(log, args, context)
  if (!move) throw new RangeError('no tokens moved to or from the pair before its swap')
  const isBuy = move.from === log.address
  const trader = isBuy ? move.to : move.from
  const taxed = firstOf(before(log, context), one => moveOf(one, contractOf(context, 'virtual')))
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
})

/** Of the curve's token: what is part of a trade is told by the pair, what comes before the launch all ends in the pair. */
export const curveTokenHandlers = reads(
  erc20.Transfer,
  (args, origin, context, log) => {
    const later = after(log, context)
    const isOfTrade = later.some(one => {
      if (one.address !== args.from && one.address !== args.to) return false
      const swap = readAs(pair.Swap, one)
      return swap !== undefined && tradeOf(one, swap, context)?.log === log
    })
    if (isOfTrade || isLaunchedIn(later, log.address, context)) return []
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

function isLaunchedIn(logs: ProtocolLog[], token: string, { deployment }: AdapterContext): boolean {
  return logs.some(
    one => one.address === deployment.contracts.bonding && readAs(bonding.Launched, one)?.token === token,
  )
}

/** The move of the curve's token that a swap is about: the nearest before it, to or from the pair, of the same amount. */
function tradeOf(
  swap: ProtocolLog,
  { amount0In, amount0Out, amount1In }: { amount0In: bigint; amount0Out: bigint; amount1In: bigint },
  context: AdapterContext,
): Move | undefined {
  const isBuy = amount1In > 0n || amount0Out > 0n
  return firstOf(before(swap, context), one => {
    if (context.discovered(one.address) !== 'curveToken') return undefined
    const move = moveOf(one)
    if (!move) return undefined
    const fits = isBuy
      ? move.from === swap.address && move.value === amount0Out
      : move.to === swap.address && move.value === amount0In
    return fits ? move : undefined
  })
}
