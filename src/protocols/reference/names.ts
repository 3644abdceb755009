/** How the reference protocol's numbers and texts become ids. */
import { modelId } from '../../ledger/ids'

/** A model of this chain by its token id. */
export function localModel(chain: string, tokenId: bigint): string {
  return modelId(chain, 'reference', tokenId.toString())
}

/** CAIP-19's shape, within its lengths; the registry itself checks only that the text is not empty nor too long. */
const FOREIGN_ID = /^[-a-z0-9]{3,8}:[-_a-z0-9]{1,32}\/[-a-z0-9]{3,16}:[-.%a-z0-9]{1,128}$/

/** A model that a user named on another chain, in our spelling; undefined when it is no id of a model. */
export function foreignModel(written: string): string | undefined {
  const id = written.toLowerCase()
  return FOREIGN_ID.test(id) ? id : undefined
}

/** The same, where nothing else of the log stands without it. */
export function namedModel(written: string): string {
  const id = foreignModel(written)
  if (id === undefined) throw new RangeError(`no CAIP-19 id of a model: ${written.slice(0, 100)}`)
  return id
}

/**
 * The number of a fee, or of a receipt of royalties from another chain: both count in one row, so what a receipt
 * becomes is joined to its message by this id.
 */
export function feeId(chain: string, number: bigint): string {
  return `${chain}/fee:${number}`
}
