import { functions } from '../../abi/erc4626/vault'
import { poolId } from '../../ledger/ids'
import type { BlockEnd } from '../protocol'
import { wordIn } from '../reading'

/**
 * What a vault holds at the end of a block in which it emitted, and by which offset it converts: both no log tells. How
 * a vault rounds shows where very many shares are converted: 2^127, whose product with any supply of sense fits a word.
 */
const PROBE = 2n ** 127n

export const valuation: BlockEnd = {
  reads: vault => [
    { to: vault, call: functions.totalAssets.encode({}) },
    { to: vault, call: functions.totalSupply.encode({}) },
    { to: vault, call: functions.convertToAssets.encode({ shares: PROBE }) },
  ],
  handle: (vault, origin, _, answers) => {
    const [assets, supply, worth] = answers.map(answer => wordIn(answer))
    if (assets === undefined) return []
    const virtual = supply === undefined || worth === undefined ? undefined : offsetOf(assets, supply, worth)
    return [{ kind: 'poolValued', origin, pool: poolId(origin.chain, vault), assets, virtual }]
  },
}

interface Offset {
  assets: bigint
  shares: bigint
}

/**
 * Offsets that are in use: OpenZeppelin's, one unit of the asset against 10^decimalsOffset shares (ERC4626.sol,
 * `_convertToAssets`), and none, as vaults had before and others have.
 */
const OFFSETS: Offset[] = [
  { assets: 1n, shares: 1n },
  { assets: 0n, shares: 0n },
  ...Array.from({ length: 24 }, (_, n) => ({ assets: 1n, shares: 10n ** BigInt(n + 1) })),
]

/** The offset with which PROBE shares are worth that much; undefined: the vault converts by something else. */
export function offsetOf(assets: bigint, supply: bigint, worth: bigint): Offset | undefined {
  return OFFSETS.find(offset => {
    const shares = supply + offset.shares
    return shares > 0n && (PROBE * (assets + offset.assets)) / shares === worth
  })
}
