import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InclusionPath, leafHash, MerkleTree, rootOf } from '../../../src/statements/seal/merkle'

const sha256 = (...parts: (Buffer | string)[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 9162, 2.1.1, as it is written there. */
function brute(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return sha256('')
  if (leaves.length === 1) return leaves[0]!
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.from([1]), brute(leaves.slice(0, k)), brute(leaves.slice(k)))
}

const leavesOf = (count: number) => Array.from({ length: count }, (_, i) => leafHash(`leaf ${i}`))

function treeOf(leaves: Buffer[]): MerkleTree {
  const tree = new MerkleTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree
}

function pathOf(leaves: Buffer[], index: number): Buffer[] {
  const path = new InclusionPath(index, leaves.length)
  for (const leaf of leaves) path.add(leaf)
  return path.path()
}

describe('the Merkle tree of RFC 9162', () => {
  test('has the root that the definition gives, of any number of leaves', () => {
    for (let count = 0; count <= 33; count++) {
      expect(treeOf(leavesOf(count)).root()).toEqual(brute(leavesOf(count)))
    }
    expect(leafHash('x')).toEqual(sha256(Buffer.from([0]), 'x'))
  })

  test('proves each leaf at its place, and at no other', () => {
    for (let count = 1; count <= 20; count++) {
      const leaves = leavesOf(count)
      const root = treeOf(leaves).root()
      for (let index = 0; index < count; index++) {
        const path = pathOf(leaves, index)
        expect(rootOf(leaves[index]!, index, count, path)).toEqual(root)
        const elsewhere = (index + 1) % count
        if (count > 1) expect(rootOf(leaves[index]!, elsewhere, count, path)).not.toEqual(root)
      }
    }
  })

  test('a leaf, a place or a path that is not its own comes to another root, or to none', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), fc.nat(), (count, at, flip) => {
        const leaves = leavesOf(count)
        const index = at % count
        const root = treeOf(leaves).root()
        const path = pathOf(leaves, index)
        expect(rootOf(leafHash('other'), index, count, path)).not.toEqual(root)
        expect(rootOf(leaves[index]!, index, count, [...path, root])).toBeUndefined()
        expect(rootOf(leaves[index]!, count, count, path)).toBeUndefined()
        expect(rootOf(leaves[index]!, index, Number.POSITIVE_INFINITY, path)).toBeUndefined()
        if (path.length === 0) return
        path[flip % path.length]![flip % 32]! ^= 1
        expect(rootOf(leaves[index]!, index, count, path)).not.toEqual(root)
      }),
    )
  })

  test('a node does not pass for a leaf', () => {
    const [left, right] = leavesOf(2) as [Buffer, Buffer]
    const root = treeOf([left, right]).root()
    const forged = leafHash(Buffer.concat([left, right]).toString('latin1'))
    expect(forged).not.toEqual(root)
    expect(treeOf([sha256(left, right)]).root()).not.toEqual(root)
  })
})
