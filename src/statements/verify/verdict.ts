import { type FileSource, startOf, textOf } from './fileSource'
import { verifyLineProof } from './lineProof'
import { problemOf, type Reading } from './reading'
import { emptyVerdict, type Verdict, verifyStatement } from './verifyStatement'

/** Whether a file is as it was made: a statement, or the proof of one line. @param open takes a statement apart */
export async function verdictOf(file: FileSource, open: () => Promise<Reading>): Promise<Verdict> {
  try {
    if (!(await startOf(file)).startsWith('{"line":')) return await verifyStatement(await open())
    let text = ''
    for await (const piece of textOf(file)) text += piece
    return await verifyLineProof(text)
  } catch (error) {
    return { ...emptyVerdict(0), problems: [problemOf(error)] }
  }
}

/** What was found, a line each, as the command says it. @param unasked chains that nobody was asked about, of those asked */
export function wordsOf(
  { problems, lines, merkleRoot, head, signer, blocks, proved }: Verdict,
  unasked?: readonly string[],
): string[] {
  const said = [`${lines} lines`]
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
  return said
}
