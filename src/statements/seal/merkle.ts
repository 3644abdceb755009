import { hash } from 'node:crypto'

/*
 * The Merkle tree of RFC 9162 (Certificate Transparency), section 2.1, over SHA-256: a leaf is the hash of 0x00 and
 * its bytes, a node the hash of 0x01 and its two halves, the left one being the largest power of two of leaves that is
 * smaller than all. The two prefixes keep a node from passing for a leaf (second preimages).
 */

export const HASH_BYTES = 32

export function leafHash(text: string): Buffer {
  return hash('sha256', `\0${text}`, 'buffer')
}

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1)

function nodeHash(left: Buffer, right: Buffer): Buffer {
  left.copy(node, 1)
  right.copy(node, 1 + HASH_BYTES)
  return hash('sha256', node, 'buffer')
}

/** Takes leaves one after another; keeps one hash for each bit of their number. */
export class MerkleTree {
  private readonly perfect: { size: number; hash: Buffer }[] = []

  add(leaf: Buffer): void {
    let last = { size: 1, hash: leaf }
    while (this.perfect.at(-1)?.size === last.size) {
      last = { size: last.size * 2, hash: nodeHash(this.perfect.pop()!.hash, last.hash) }
    }
    this.perfect.push(last)
  }

  /** Of no leaves: the hash of nothing. */
  root(): Buffer {
    const [last, ...others] = [...this.perfect].reverse()
    return others.reduce(
      (right, left) => nodeHash(left.hash, right),
      last?.hash ?? hash('sha256', '', 'buffer'),
    )
  }
}

/** The inclusion path of one leaf, worked out while all leaves pass by in order. */
export class InclusionPath {
  /** the siblings' leaves, by index: first (inclusive) to last (exclusive), the one next to the leaf first */
  private readonly siblings: { first: number; last: number; tree: MerkleTree }[] = []
  private seen = 0

  /** @param index of the leaf among `size`, from 0 */
  constructor(
    readonly index: number,
    readonly size: number,
  ) {
    let [first, last] = [0, size]
    while (last - first > 1) {
      const middle = first + leftSize(last - first)
      const isLeft = index < middle
      this.siblings.unshift({
        first: isLeft ? middle : first,
        last: isLeft ? last : middle,
        tree: new MerkleTree(),
      })
      if (isLeft) last = middle
      else first = middle
    }
  }

  add(leaf: Buffer): void {
    const at = this.seen++
    this.siblings.find(({ first, last }) => at >= first && at < last)?.tree.add(leaf)
  }

  path(): Buffer[] {
    return this.siblings.map(({ tree }) => tree.root())
  }
}

/** The root that a leaf and its path come to; undefined: there is no such place, or the path has not its length. */
export function rootOf(
  leaf: Buffer,
  index: number,
  size: number,
  path: readonly Buffer[],
): Buffer | undefined {
  if (!Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  const isLeft: boolean[] = []
  let [first, last] = [0, size]
  while (last - first > 1) {
    const middle = first + leftSize(last - first)
    isLeft.unshift(index < middle)
    if (index < middle) last = middle
    else first = middle
  }
  if (isLeft.length !== path.length) return undefined
  return path.reduce(
    (root, sibling, i) => (isLeft[i] ? nodeHash(root, sibling) : nodeHash(sibling, root)),
    leaf,
  )
}

/** The largest power of two smaller than `size`, which is at least 2. */
function leftSize(size: number): number {
  let left = 1
  while (left * 2 < size) left *= 2
  return left
}
