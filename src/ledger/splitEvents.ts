import type { Of } from './origin'

/** Domain events of splits of revenue, and of the warehouse in which their recipients' parts wait; ids and units: see events.ts. */

/** Who gets which part from here on; it replaces what was. Account ids. */
export interface SplitSet extends Of<'splitSet'> {
  split: string
  /** whose revenue it passes on */
  model?: string
  totalAllocation: bigint
  /** of 1,000,000 */
  incentive: number
  recipients: { account: string; model?: string; allocation: bigint }[]
}

/** `amount`, the incentive in it, was divided by the parts as they are now. */
export interface SplitDistributed extends Of<'splitDistributed'> {
  split: string
  token: string
  amount: bigint
  /** the recipients have it in the warehouse; false: they were sent it, but for what an earlier log says was kept there */
  inWarehouse: boolean
}

/** A balance of the warehouse moved; from undefined: brought in, to undefined: taken out. */
export interface WarehouseMoved extends Of<'warehouseMoved'> {
  caller: string
  from?: string
  to?: string
  token: string
  amount: bigint
}

/** What a `warehouseMoved` before it took out was paid to its owner, less what he gave for it. */
export interface WarehouseWithdrawn extends Of<'warehouseWithdrawn'> {
  account: string
  token: string
  /** the reward of who withdrew it in it */
  amount: bigint
}

export type SplitEvent = SplitSet | SplitDistributed | WarehouseMoved | WarehouseWithdrawn
