import type { Hex } from 'viem'
import { canonical } from '../seal/canonical'

/** That a transaction's receipt is in a block, for the lines of a statement that come from it. */
export interface ReceiptProof {
  /** CAIP-2 */
  chain: string
  transaction: string
  transactionIndex: number
  /** number in the block of the receipt's first log */
  firstLogIndex: number
  /** the block's, as RLP: its Keccak-256 is the block's hash, and the root of the receipts is in it */
  header: Hex
  /** of the trie, from the root to the receipt, as RLP */
  nodes: Hex[]
  /** the lines that it is for, by number */
  of: number[]
}

/** As it stands in a file: canonical, and without an object in it. */
export function proofJson(proof: ReceiptProof): string {
  return canonical({ ...proof })
}

/** A JSON file of a statement with its proofs in front: `{"proofs":[…],"statement":…}`. */
export async function* withProofs(
  proofs: AsyncIterable<string>,
  statement: AsyncIterable<string | Uint8Array>,
): AsyncGenerator<string | Uint8Array> {
  yield '{"proofs":['
  let separator = ''
  for await (const proof of proofs) {
    yield separator + proof
    separator = ','
  }
  yield '],'
  let isFirst = true
  for await (const piece of statement) {
    yield isFirst ? piece.slice(1) : piece // without its brace
    isFirst = false
  }
}
