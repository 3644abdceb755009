import { numberOf } from '../number'
import { type Entry, entryOf } from '../seal/entry'
import type { StatementHead } from '../seal/head'
import { MerkleTree } from '../seal/merkle'
import { SealedStatement } from '../seal/sealedStatement'
import { signerIn } from '../seal/signature'
import { Balances } from './balances'
import { type ClaimedBlock, provenBlocks } from './provenBlocks'
import { problemOf, type Reading } from './reading'

export interface Problem {
  /** `line 3`, `the totals`, `the seal` */
  place: string
  found: string
}

export interface Verdict {
  /** none: the file is as it was made */
  problems: Problem[]
  lines: number
  merkleRoot: string | null
  /** null: the file has no totals, so that it was checked in itself alone */
  head: StatementHead | null
  /** who signed; null: nobody did */
  signer: string | null
  /** blocks that it says it is of: at its heights, and of its lines where they have proofs */
  blocks: ClaimedBlock[]
  /** each line's receipt is in its block */
  proved: boolean
}

/** Nothing is found yet, or ever. */
export function emptyVerdict(lines: number, head: StatementHead | null = null): Verdict {
  return { problems: [], lines, merkleRoot: null, head, signer: null, blocks: [], proved: false }
}

/** Problems after which no more is looked for: somebody may have changed each of a million lines. */
const MOST_PROBLEMS = 20

/** Works a file's statement out again from what it says of itself, offline, and tells each place where it is another. */
export async function verifyStatement(reading: Reading): Promise<Verdict> {
  const verdict = emptyVerdict(0, reading.head)
  try {
    await check(reading, verdict)
  } catch (error) {
    verdict.problems.push(problemOf(error))
  }
  return verdict
}

async function check(reading: Reading, verdict: Verdict): Promise<void> {
  const { head, seal } = reading
  const tell = (place: string, found: string) => verdict.problems.push({ place, found })
  const balances = new Balances(head)
  const tree = new MerkleTree()
  for await (const batch of reading.lines()) {
    for (const { facts, hash, differs } of batch) {
      const place = `line ${++verdict.lines}`
      const entry = entryOf(facts)
      tree.add(entry.leaf)
      const unbalanced = balances.add(facts)
      const found = wrongOf(entry, hash, verdict.lines) ?? named(differs(entry)) ?? unbalanced
      if (found !== undefined) tell(place, found)
      if (verdict.problems.length >= MOST_PROBLEMS) return
    }
  }
  verdict.merkleRoot = tree.root().toString('hex')
  if (!head || !seal || verdict.problems.length > 0) return
  if (verdict.lines !== head.lineCount) tell('the lines', `${verdict.lines} of ${head.lineCount}`)
  for (const found of balances.atTheEnd()) tell('the totals', found)
  const { account, from, to, prices, replaces } = head
  if (numberOf({ account, from, to, heights: head.asOf, prices, replaces }) !== head.number) {
    tell('the head', `number ${head.number} is not of this request, these heights and these prices`)
  }
  const sealed = new SealedStatement({ ...head, batches: () => factsAlone(reading) })
  const again = await sealed.seal()
  if (again.merkleRoot !== seal.merkleRoot) tell('the seal', 'the Merkle root is not of these lines')
  if (again.sha256 !== seal.sha256)
    tell('the seal', 'the SHA-256 is not of this statement: its head, its totals or its lines')
  if (seal.signature) {
    verdict.signer = (await signerIn(head, seal, seal.signature.signature)) ?? null
    if (verdict.signer !== seal.signature.signer) tell('the signature', `not one of ${seal.signature.signer}`)
  }
  verdict.blocks = head.asOf.flatMap(({ chain, height, hash }) =>
    hash === null ? [] : [{ chain, number: height, hash, place: 'the head' }],
  )
  if (reading.proofs) {
    verdict.blocks.push(...(await provenBlocks(reading, tell)))
    verdict.proved = verdict.problems.length === 0
  }
  if (verdict.problems.length > 0) return
  const other = await reading.otherThan({ head, seal: { ...seal, usd: again.usd } })
  if (other !== undefined) tell(other, 'not as it was written')
}

function wrongOf(entry: Entry, hash: string, expected: number): string | undefined {
  if (entry.leaf.toString('hex') !== hash) return 'its hash is not of what it says'
  return entry.line === expected ? undefined : `says that it is line ${entry.line}`
}

function named(column: string | undefined): string | undefined {
  return column && `${column} is not what the line says`
}

async function* factsAlone(reading: Reading) {
  for await (const batch of reading.lines()) yield batch.map(({ facts }) => facts)
}
