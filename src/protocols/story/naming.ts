import type { Origin, Share } from '../../ledger/events'
import { modelId } from '../../ledger/ids'

/** An IP asset is named by its account's address, on the chain of the registry. */
export function ipModel(chain: string, ipId: string): string {
  return modelId(chain, 'story', ipId)
}

/** Terms are numbered by their template. */
export function termsId(chain: string, template: string, number: bigint): string {
  return `${chain}/terms:${template.toLowerCase()}/${number}`
}

export function disputeId(origin: Origin, number: bigint): string {
  return `${origin.chain}/dispute:${origin.contract}/${number}`
}

/** For facts that the protocol does not number: the log that tells of them. */
export function byLog(kind: 'fee' | 'license', origin: Origin): string {
  return `${origin.chain}/${kind}:${origin.transaction}-${origin.logIndex}`
}

/** Story's percentages have six decimals: 1 % = 1,000,000 (RoyaltyModule.maxPercent() is 100,000,000). */
export function percentShare(percent: number | bigint): Share {
  return { numerator: BigInt(percent), denominator: 100_000_000n }
}

/** The same in ppm; what is below 1 ppm is cut off. */
export function ppm(percent: number | bigint): number {
  return Number(BigInt(percent) / 100n)
}

/** A tag is a short word in a bytes32 (`IMPROPER_REGISTRATION`); what is no word stays hex. */
export function tagText(tag: string): string {
  const bytes = Buffer.from(tag.slice(2).replace(/(00)+$/, ''), 'hex')
  const word = bytes.toString('latin1')
  return /^[\x21-\x7e]+$/.test(word) ? word : tag
}
