import { canonical, type Json } from '../seal/canonical'
import { entryJson, entryOf } from '../seal/entry'
import { headJson, type StatementHead } from '../seal/head'
import { InclusionPath, rootOf } from '../seal/merkle'
import type { Marks } from '../seal/sealedStatement'
import { signerIn } from '../seal/signature'
import { type Reading, UnreadableError } from './reading'
import { headOfJson, lineOfJson } from './readJson'
import { emptyVerdict, type Verdict } from './verifyStatement'

/**
 * One line, and what shows that it is of a statement, without its other lines: `{line, path, statement, verification}`
 * as canonical JSON. `path` is the inclusion path of RFC 9162, section 2.1.3, the sibling of the leaf first.
 */
export async function lineProof({ head, seal, lines }: Reading, number: number): Promise<string> {
  if (!head || !seal) throw new UnreadableError('the file', 'lines alone: give the file of totals too')
  if (number < 1 || number > head.lineCount)
    throw new UnreadableError(`line ${number}`, `of ${head.lineCount}`)
  const inclusion = new InclusionPath(number - 1, head.lineCount)
  let line = ''
  for await (const batch of lines()) {
    for (const { facts } of batch) {
      const entry = entryOf(facts)
      inclusion.add(entry.leaf)
      if (facts.line === number) line = entryJson(entry)
    }
  }
  const path = inclusion.path().map(hash => hash.toString('hex'))
  const { merkleRoot, ...verification } = seal
  const rest = {
    path,
    statement: { ...(signedOf(head) as object), merkleRoot },
    verification,
  } as unknown as Json
  return `{"line":${line},${canonical(rest).slice(1)}`
}

/** What a signature is of: the rest of the head could not be checked without the other lines. */
function signedOf(head: StatementHead): Json {
  const { number, account, from, to, lineCount } = headJson(head)
  return { number, account, from, to, lineCount }
}

/** Whether a line is the one that its proof says, of the statement that is named and signed there. */
export async function verifyLineProof(text: string): Promise<Verdict> {
  const verdict = emptyVerdict(1)
  const tell = (place: string, found: string) => verdict.problems.push({ place, found })
  const { line, path, statement, verification } = JSON.parse(text) as Record<string, Record<string, Json>>
  const { merkleRoot, ...signed } = statement!
  const head = headOfJson({ ...signed, complete: true, asOf: [], prices: null, tokens: [] }, 'the statement')
  const seal = { ...verification, merkleRoot } as unknown as Marks
  verdict.head = head
  const { facts, hash } = lineOfJson(JSON.stringify(line), 'the line')
  const entry = entryOf(facts)
  if (entry.leaf.toString('hex') !== hash) tell(`line ${facts.line}`, 'its hash is not of what it says')
  const siblings = (path as unknown as string[]).map(sibling => Buffer.from(sibling, 'hex'))
  const root = rootOf(entry.leaf, facts.line - 1, head.lineCount, siblings)?.toString('hex') ?? null
  verdict.merkleRoot = root
  if (root !== seal.merkleRoot) tell('the path', 'it does not lead from the line to the Merkle root')
  if (seal.signature) {
    verdict.signer = (await signerIn(head, seal, seal.signature.signature)) ?? null
    if (verdict.signer !== seal.signature.signer) tell('the signature', `not one of ${seal.signature.signer}`)
  }
  // What has another name is no part of a proof: a signature under one would go unchecked.
  const { sha256, signature } = seal
  const again = `{"line":${entryJson(entry)},${canonical({ path, statement: { ...(signedOf(head) as object), merkleRoot }, verification: { sha256, signature } } as unknown as Json).slice(1)}`
  if (verdict.problems.length === 0 && again !== text.trimEnd()) tell('the file', 'not as it was written')
  return verdict
}
