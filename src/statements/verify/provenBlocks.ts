import { checkProof } from '../proofs/checkProof'
import type { LineFacts } from '../seal/entry'
import type { Reading } from './reading'

/** A block that a statement is of, by its hash: only a chain can say whether it has it. */
export interface ClaimedBlock {
  chain: string
  number: number
  hash: string
  /** what of the statement is in it */
  place: string
}

/** After so many that do not hold no more is looked for. */
const MOST_WRONG = 20

/** Checks each line's receipt against the block of its proof, offline. @returns the blocks, each once */
export async function provenBlocks(
  { lines, proofs }: Reading,
  tell: (place: string, found: string) => void,
): Promise<ClaimedBlock[]> {
  const blocks = new Map<string, ClaimedBlock>()
  const rest = eachLine(lines())
  let wrong = 0
  for await (const proof of proofs!()) {
    const of: LineFacts[] = []
    for (const number of proof.of) {
      const { value } = await rest.next()
      if (!value || value.line !== number) {
        tell(`line ${number}`, 'its proof is not in its place')
        return []
      }
      of.push(value)
    }
    if (of.length === 0) {
      tell('the proofs', 'one is for no line')
      return []
    }
    const checked = await checkProof(proof, of)
    if ('wrong' in checked) {
      tell(`line ${checked.line}`, checked.wrong)
      if (++wrong >= MOST_WRONG) return []
      continue
    }
    const { number, hash } = checked.header
    const place = `line ${of[0]!.line}`
    const key = `${proof.chain} ${number}`
    const known = blocks.get(key)
    if (known && known.hash !== hash) tell(place, `its block has another hash than that of ${known.place}`)
    blocks.set(key, known ?? { chain: proof.chain, number, hash, place })
  }
  const { value } = await rest.next()
  if (value) tell(`line ${value.line}`, 'it has no proof')
  return [...blocks.values()]
}

async function* eachLine(batches: ReturnType<Reading['lines']>): AsyncGenerator<LineFacts, undefined> {
  for await (const batch of batches) for (const { facts } of batch) yield facts
  return undefined
}
