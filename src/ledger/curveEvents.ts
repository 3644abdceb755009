import type { Of } from './origin'

/** Domain events of bonding curves; ids and units: see events.ts. Reserves are the token's and the asset's wei. */

/** A curve sells a token for an asset: reserveToken × reserveAsset stays what it is at the start, but for rounding. */
export interface CurveCreated extends Of<'curveCreated'> {
  curve: string
  /** pool of the asset that its buyers paid in */
  pool: string
  /** what is sold is a claim on this model, which may come later */
  model: string
  /** account id of the contract that holds both */
  pair: string
  token: string
  asset: string
  creator?: string
  reserveToken: bigint
  /** virtual: the pair holds none of it yet */
  reserveAsset: bigint
}

export interface CurveTraded extends Of<'curveTraded'> {
  curve: string
  trader: string
  side: 'BUY' | 'SELL'
  tokens: bigint
  /** that entered the reserve, or left it: what a buyer paid is this and the tax, what a seller got this less the tax */
  assets: bigint
  tax: bigint
}

/** Assets came into the reserve without a trade: every token is worth more. */
export interface CurveCompounded extends Of<'curveCompounded'> {
  curve: string
  from: string
  assets: bigint
}

/** What patrons paid in was forfeited, wholly or in part; the virtual part of the reserve falls with it. */
export interface CurveSlashed extends Of<'curveSlashed'> {
  curve: string
  slasher: string
  /** taken from what is there */
  assets: bigint
  /** taken from what is not there */
  virtualAssets: bigint
  reason?: string
}

/** The curve's token moved without a trade; undefined: minted, or burned. */
export interface CurveTokenMoved extends Of<'curveTokenMoved'> {
  curve: string
  from?: string
  to?: string
  tokens: bigint
}

/** The asset has left for a pool of the open market; the reserves stay as they were. */
export interface CurveGraduated extends Of<'curveGraduated'> {
  curve: string
  /** model that came of it; undefined: the log's transaction does not tell */
  model?: string
  /** token that the curve's is exchanged for */
  token: string
}

export type CurveEvent =
  | CurveCreated
  | CurveTraded
  | CurveCompounded
  | CurveSlashed
  | CurveTokenMoved
  | CurveGraduated
