/** How the reference protocol's numbers and texts become ids. */
import { modelId } from '../../ledger/ids'

/** A model of this chain by its token id. */
export function localModel(chain: string, tokenId: bigint): string {
  return modelId(chain, 'reference', tokenId.toString())
}

/**
 * The number of a fee, or of a receipt of royalties from another chain: both count in one row, so what a receipt
 * becomes is joined to its message by this id.
 */
export function feeId(chain: string, number: bigint): string {
  return `${chain}/fee:${number}`
}
