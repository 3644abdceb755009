/** Curves: PoolFactory announces them, each is its own token. */
import { events as curve } from '../../abi/reference/curvePool'
import { events as factory } from '../../abi/reference/poolFactory'
import type { Origin } from '../../ledger/events'
import { shortText } from '../../ledger/freeText'
import { accountId, poolId, tokenId } from '../../ledger/ids'
import type { Handler } from '../protocol'
import { nobody, reads } from '../reading'
import { localModel } from './names'

export const curveAnnouncement = reads(
  factory.CurveCreated,
  (args, origin) => [
    {
      kind: 'curveCreated',
      origin,
      curve: curveId(origin.chain, args.curve),
      pool: poolId(origin.chain, args.curve),
      model: localModel(origin.chain, args.modelId),
      pair: accountId(origin.chain, args.curve),
      token: tokenId(origin.chain, args.curve),
      asset: tokenId(origin.chain, args.asset),
      reserveToken: args.reserveToken,
      reserveAsset: args.virtualAsset,
    },
  ],
  2,
)

export const curveHandlers: Record<string, Handler> = {
  ...reads(
    curve.Bought,
    ({ patron, assets, tokens }, origin) => [trade(origin, 'BUY', patron, tokens, assets)],
    2,
  ),
  ...reads(
    curve.Sold,
    ({ patron, assets, tokens }, origin) => [trade(origin, 'SELL', patron, tokens, assets)],
    2,
  ),
  ...reads(
    curve.Compounded,
    ({ from, assets }, origin) => [
      { ...of(origin), kind: 'curveCompounded', from: accountId(origin.chain, from), assets },
    ],
    2,
  ),
  ...reads(
    curve.CurveSlashed,
    ({ slasher, assets, virtualAssets, reason }, origin) => [
      {
        ...of(origin),
        kind: 'curveSlashed',
        slasher: accountId(origin.chain, slasher),
        assets,
        virtualAssets,
        reason: shortText(reason),
      },
    ],
    2,
  ),
  /** The model stays what it was; its stake is in the liquid pool from here on. */
  ...reads(
    curve.Graduated,
    ({ liquidPool }, origin) => [
      { ...of(origin), kind: 'curveGraduated', token: tokenId(origin.chain, liquidPool) },
    ],
    2,
  ),
  ...reads(
    curve.Redeemed,
    ({ patron, tokens }, origin) => [
      { ...of(origin), kind: 'curveTokenMoved', from: accountId(origin.chain, patron), tokens },
    ],
    2,
  ),
  /** Mints are told by `Bought`, burns by `Sold` and `Redeemed`. */
  ...reads(
    curve.Transfer,
    ({ from, to, value }, origin) => {
      if (from === nobody || to === nobody) return []
      const [giver, taker] = [accountId(origin.chain, from), accountId(origin.chain, to)]
      return [{ ...of(origin), kind: 'curveTokenMoved', from: giver, to: taker, tokens: value }]
    },
    3,
  ),
}

function trade(origin: Origin, side: 'BUY' | 'SELL', patron: string, tokens: bigint, assets: bigint) {
  const trader = accountId(origin.chain, patron)
  return { ...of(origin), kind: 'curveTraded' as const, trader, side, tokens, assets, tax: 0n }
}

function of(origin: Origin): { origin: Origin; curve: string } {
  return { origin, curve: curveId(origin.chain, origin.contract) }
}

function curveId(chain: string, address: string): string {
  return `${chain}/curve:${address}`
}
