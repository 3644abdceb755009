/** Why a contract of ours refused, in words. */
import { decodeErrorResult, type Hex } from 'viem'
import { artifact } from './artifacts'

const CONTRACTS = [
  'ModelRegistry',
  'PoolFactory',
  'DirectPool',
  'LiquidPool',
  'CurvePool',
  'VoteEscrow',
  'RoyaltyRouter',
] as const

/** `DirectPool.ExitNotReady(1, 1735689600)` of an error's ABI encoding; undefined: none of ours. */
export function revertReason(data: unknown): string | undefined {
  if (typeof data !== 'string') return undefined
  for (const contract of CONTRACTS) {
    try {
      const { errorName, args } = decodeErrorResult({ abi: artifact(contract).abi, data: data as Hex })
      return `${contract}.${errorName}(${(args ?? []).join(', ')})`
    } catch {
      // Another contract's error.
    }
  }
  return undefined
}
