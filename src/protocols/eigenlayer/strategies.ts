import { events as strategy } from '../../abi/eigenlayer/strategy'
import { events as factory } from '../../abi/eigenlayer/strategyFactory'
import { events as token } from '../../abi/eigenlayer/token'
import { tokenId } from '../../ledger/ids'
import { decodeEvent } from '../decodeEvent'
import type { Handler } from '../protocol'
import { Ids, reads } from './reading'

export const factoryHandlers = reads(factory.StrategySetForToken, (args, ids, origin) => [
  {
    kind: 'strategyTokenSet',
    origin,
    pool: ids.pool(args.strategy),
    token: tokenId(origin.chain, args.token),
  },
])

/** 0x and a word. */
const AMOUNT_DIGITS = 66

/**
 * Of any contract: a strategy tells its token when it begins, before anybody lists it, and its token is anybody's. What
 * no log of the managers names stays without effect.
 */
export const anyHandlers: Record<string, Handler> = {
  ...reads(strategy.StrategyTokenSet, (args, ids, origin) => [
    {
      kind: 'strategyTokenSet',
      origin,
      pool: ids.pool(origin.contract),
      token: tokenId(origin.chain, args.token),
    },
  ]),
  ...reads(strategy.ExchangeRateEmitted, (_, ids, origin) => [
    { kind: 'strategyPriced', origin, pool: ids.pool(origin.contract) },
  ]),
  [token.Transfer.topic]: {
    event: token.Transfer.signature,
    topics: 3,
    handle: (log, origin, context) => {
      if (log.data.length !== AMOUNT_DIGITS) return []
      const ids = new Ids(origin, context)
      const { from, to, value } = decodeEvent(token.Transfer, log)
      return [
        {
          kind: 'tokenMoved',
          origin,
          token: tokenId(origin.chain, origin.contract),
          fromPool: ids.pool(from),
          toPool: ids.pool(to),
          amount: value,
        },
      ]
    },
  },
}
