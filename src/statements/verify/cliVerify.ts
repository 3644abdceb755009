import { readFile } from 'node:fs/promises'
import { ChainReader } from '../proofs/chainReader'
import { lineProof, verifyLineProof } from './lineProof'
import { wrongOnChain } from './onChain'
import { openStatement } from './openStatement'
import { problemOf } from './reading'
import { startOf } from './startOf'
import { type Verdict, verifyStatement } from './verifyStatement'

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
  const verdict = await verdictOf(file, totals)
  if (signer !== undefined && verdict.signer !== signer.toLowerCase()) {
    verdict.problems.push({
      place: 'the signature',
      found: `${verdict.signer ?? 'nobody'} signed, not ${signer}`,
    })
  }
  const asked =
    verdict.problems.length === 0 ? await wrongOnChain(verdict.blocks, await readersOf(rpc)) : undefined
  verdict.problems.push(...(asked?.problems ?? []))
  return {
    text: textOf(file, verdict, rpc.length > 0 ? asked?.unasked : undefined),
    holds: verdict.problems.length === 0,
  }
}

async function verdictOf(file: string, totals: string | undefined): Promise<Verdict> {
  try {
    if ((await startOf(file)).startsWith('{"line":'))
      return await verifyLineProof(await readFile(file, 'utf8'))
    return await verifyStatement(await openStatement(file, totals))
  } catch (error) {
    return {
      problems: [problemOf(error)],
      lines: 0,
      merkleRoot: null,
      head: null,
      signer: null,
      blocks: [],
      proved: false,
    }
  }
}

/** By the chain that each answers for. */
async function readersOf(urls: readonly string[]): Promise<Map<string, ChainReader>> {
  const readers = new Map<string, ChainReader>()
  for (const url of urls) {
    const reader = new ChainReader([url])
    readers.set(await reader.chain(), reader)
  }
  return readers
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

function textOf(
  file: string,
  { problems, lines, merkleRoot, head, signer, blocks, proved }: Verdict,
  unasked: readonly string[] | undefined,
): string {
  const said = [`${file}: ${lines} lines`]
  if (head) {
    const period = `${head.from.toISOString()} to ${head.to.toISOString()}`
    said.push(
      `${head.complete ? 'statement' : 'PARTIAL statement'} ${head.number} of ${head.account}, ${period}`,
    )
  }
  if (merkleRoot !== null) said.push(`merkle root ${merkleRoot}`)
  said.push(signer === null ? 'not signed' : `signed by ${signer}`)
  if (proved) said.push('each receipt is in its block, by the hashes of the blocks')
  if (unasked && problems.length === 0) {
    const count = blocks.filter(({ chain }) => !unasked.includes(chain)).length
    said.push(`${count} blocks are as those chains have them`)
    said.push(...unasked.map(chain => `nobody was asked about ${chain}: give --rpc with an endpoint of it`))
  }
  said.push(...problems.map(({ place, found }) => `WRONG ${place}: ${found}`))
  if (problems.length === 0) {
    said.push(
      head
        ? 'it is as it was made'
        : 'each line is as it was made, and none is missing; give the file of totals too, to check that these are the lines',
    )
  }
  return `${said.join('\n')}\n`
}
