import { ChainReader } from '../proofs/chainReader'
import { diskFile } from './diskFile'
import { lineProof } from './lineProof'
import { wrongOnChain } from './onChain'
import { openStatement } from './openStatement'
import type { ClaimedBlock } from './provenBlocks'
import { verdictOf, wordsOf } from './verdict'

export interface CliVerifyOptions {
  file: string
  /** the totals that belong to a CSV file of lines */
  totals?: string
  /** address that must have signed it */
  signer?: string
  /** endpoints of chains that the reader trusts: URLs, each of whatever chain it answers for */
  rpc?: readonly string[]
}

/** `provenance verify-statement`: what it found, and whether the file is as it was made. */
export async function cliVerify({
  file,
  totals,
  signer,
  rpc = [],
}: CliVerifyOptions): Promise<{ text: string; holds: boolean }> {
  const verdict = await verdictOf(diskFile(file), () => openStatement(file, totals))
  if (signer !== undefined && verdict.signer !== signer.toLowerCase()) {
    verdict.problems.push({
      place: 'the signature',
      found: `${verdict.signer ?? 'nobody'} signed, not ${signer}`,
    })
  }
  const asked = verdict.problems.length === 0 ? await askChains(verdict.blocks, rpc) : undefined
  verdict.problems.push(...(asked?.problems ?? []))
  const words = wordsOf(verdict, rpc.length > 0 ? asked?.unasked : undefined)
  return { text: `${file}: ${words.join('\n')}\n`, holds: verdict.problems.length === 0 }
}

/** Each of the chain that it answers for. */
async function askChains(blocks: readonly ClaimedBlock[], urls: readonly string[]) {
  const all = urls.map(url => new ChainReader([{ url }]))
  try {
    const byChain = new Map<string, ChainReader>()
    for (const reader of all) byChain.set(await reader.chain(), reader)
    return await wrongOnChain(blocks, byChain)
  } finally {
    for (const reader of all) reader.close()
  }
}

/** `provenance verify-statement --prove LINE`: a proof of one line, of a file that holds. */
export async function cliProve(
  options: CliVerifyOptions,
  line: number,
): Promise<{ text: string; holds: boolean }> {
  const checked = await cliVerify(options)
  if (!checked.holds) return checked
  return {
    text: `${await lineProof(await openStatement(options.file, options.totals), line)}\n`,
    holds: true,
  }
}
