import { createMerkleProof, createMPTFromProof, MerklePatriciaTrie } from '@ethereumjs/mpt'
import { bytesToHex, type Hex, hexToBytes, keccak256, numberToHex, toRlp } from 'viem'
import { encodeReceipt, quantity, type RpcReceipt } from './receipt'

/** A block's receipts by their place in it, in the Merkle Patricia trie whose root is in its header. */
export class ReceiptTrie {
  private constructor(private readonly trie: MerklePatriciaTrie) {}

  /** @param receipts all of a block, in their order */
  static async of(receipts: readonly RpcReceipt[]): Promise<ReceiptTrie> {
    const trie = new MerklePatriciaTrie()
    for (const [index, receipt] of receipts.entries()) await trie.put(keyOf(index), encodeReceipt(receipt))
    return new ReceiptTrie(trie)
  }

  get root(): Hex {
    return bytesToHex(this.trie.root())
  }

  /** The nodes from the root to the receipt. */
  async proof(index: number): Promise<Hex[]> {
    return (await createMerkleProof(this.trie, keyOf(index))).map(node => bytesToHex(node))
  }
}

/** The receipt that nodes prove to be at a place under a root; undefined: they do not, or there are others among them. */
export async function provenReceipt(
  root: Hex,
  index: number,
  nodes: readonly Hex[],
): Promise<Uint8Array | undefined> {
  if (nodes.length === 0 || keccak256(nodes[0]!) !== root) return undefined
  try {
    const trie = await createMPTFromProof(nodes.map(node => hexToBytes(node)))
    const receipt = await trie.get(keyOf(index), true)
    const needed = await createMerkleProof(trie, keyOf(index))
    const isWhole = needed.length === nodes.length && needed.every((node, i) => bytesToHex(node) === nodes[i])
    return isWhole && receipt ? receipt : undefined
  } catch {
    return undefined // a node is missing, or is none
  }
}

function keyOf(index: number): Uint8Array {
  return hexToBytes(toRlp(quantity(numberToHex(index))))
}
