import type { LocalAccount } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as directAbi from '../../src/abi/reference/directPool'
import { events, functions } from '../../src/abi/reference/modelRegistry'
import { theCast } from '../../src/sandbox/cast'
import { FORK_STAKE } from '../../src/sandbox/deploy'
import * as verbs from '../../src/sandbox/scenario/verbs'
import type { KnownModel } from '../../src/sandbox/scenario/world'
import { type ReferenceChain, referenceChain } from './referenceChain'

const { creators, patrons, deployer } = theCast()
const [ada, bob] = creators as [LocalAccount, LocalAccount]

let chain: ReferenceChain
let root: KnownModel

beforeAll(async () => {
  chain = await referenceChain()
  root = await chain.root(ada, 'root', 400_000)
})
afterAll(() => chain?.close())

const draft = { name: 'a fork', forkRoyaltyPpm: 10_000 }
const fork = (parents: bigint[], foreign: verbs.ForeignParent[] = [], roles?: number[]) =>
  chain.does(() =>
    verbs.fork(chain.world, bob, draft, parents, foreign, roles ?? [...parents, ...foreign].map(() => 0)),
  )

describe('a fork', () => {
  test('tells all parents in one event, with shares and roles, and opens a pool with its maker’s stake', async () => {
    const dataset = await chain.root(ada, 'data', 30_000)
    const logs = await fork(
      [root.id, dataset.id],
      [{ id: 'eip155:31338/reference:12', sharePpm: 7 }],
      [0, 1, 2],
    )
    const forked = logs.find(log => events.ModelForked.is(log))
    expect(forked && events.ModelForked.decode(forked)).toEqual({
      childId: 3n,
      parentIds: [root.id, dataset.id],
      foreignParents: ['eip155:31338/reference:12'],
      sharesPpm: [400_000, 30_000, 7],
      roles: [0, 1, 2],
    })
    const staked = logs.find(log => directAbi.events.Staked.is(log))
    expect(staked && directAbi.events.Staked.decode(staked)).toEqual({
      patron: bob.address.toLowerCase(),
      assets: FORK_STAKE,
      shares: FORK_STAKE,
    })
    const kept = await chain.driver.read(chain.contracts.registry, functions.parentsOf, { modelId: 3n })
    expect(kept.parentIds).toEqual([root.id, dataset.id])
  })

  test('registers before it mints, so that a reader knows the model when its owner is told', async () => {
    const logs = await fork([root.id])
    const order = logs.filter(log => log.address === chain.contracts.registry).map(log => log.topics[0])
    expect(order).toEqual([events.ModelRegistered.topic, events.ModelForked.topic, events.Transfer.topic])
  })

  test.each([
    ['no parent', () => fork([]), 'ParentCount(0)'],
    ['a parent that does not exist', () => fork([root.id, 777n]), 'UnknownParent(777)'],
    ['itself', () => fork([BigInt(chain.world.models.size + 1)]), 'UnknownParent'],
    ['the same parent twice', () => fork([root.id, root.id]), 'DuplicateParent'],
    ['an unknown role', () => fork([root.id], [], [4]), 'UnknownRole(4)'],
    ['a role too few', () => fork([root.id], [], []), 'RoleCount(0, 1)'],
    [
      'shares above the whole',
      () => fork([root.id], [{ id: 'x:1', sharePpm: 600_001 }]),
      'PpmOutOfRange(1000001)',
    ],
    [
      'a model of this chain as a foreign one',
      () => fork([], [{ id: 'eip155:31337/reference:1', sharePpm: 1 }]),
      'InvalidForeignParent',
    ],
    ['a foreign parent without name', () => fork([], [{ id: '', sharePpm: 1 }]), 'InvalidForeignParent'],
    [
      'the same foreign parent twice',
      () =>
        fork(
          [],
          [
            { id: 'x:1', sharePpm: 1 },
            { id: 'x:1', sharePpm: 1 },
          ],
        ),
      'InvalidForeignParent',
    ],
    [
      'nine parents',
      () =>
        fork(
          [],
          Array.from({ length: 9 }, (_, i) => ({ id: `x:${i}`, sharePpm: 1 })),
        ),
      'ParentCount(9)',
    ],
  ])('with %s is refused', async (_, attempt, reason) => {
    await expect(attempt()).rejects.toThrow(reason)
  })
})

describe('an owner', () => {
  test('alone publishes versions and opens pools', async () => {
    await expect(chain.does(() => verbs.publishVersion(chain.world, bob, root, 'stolen'))).rejects.toThrow(
      'NotModelOwner',
    )
    await expect(
      chain.does(() => verbs.openPool(chain.world, bob, root, verbs.LIQUID, chain.contracts.usd)),
    ).rejects.toThrow('NotModelOwner')
    const [published] = await chain.does(() => verbs.publishVersion(chain.world, ada, root, 'second'))
    expect(published && events.VersionPublished.decode(published)).toMatchObject({
      modelId: root.id,
      number: 2,
    })
  })

  test('opens one pool of a kind, and none of an unknown kind', async () => {
    const model = await chain.root(ada, 'pooled', 0)
    const open = (kind: number) =>
      chain.does(() => verbs.openPool(chain.world, ada, model, kind, chain.contracts.stakeToken))
    await open(verbs.LIQUID)
    await expect(open(verbs.LIQUID)).rejects.toThrow('PoolExists')
    await expect(open(2)).rejects.toThrow('UnknownKind(2)')
  })
})

describe('an attestation', () => {
  test('is made once under its uid, and withdrawn by its maker alone', async () => {
    let uid = ''
    await chain.does(() => {
      uid = verbs.attest(chain.world, deployer, root, 'proof')
    })
    const again = chain.does(() => verbs.attest(chain.world, deployer, root, 'proof'))
    await expect(again).rejects.toThrow('AttestationExists')
    const revoke = (who: LocalAccount) => chain.does(() => verbs.revokeAttestation(chain.world, who, uid))
    await expect(revoke(patrons[0] as LocalAccount)).rejects.toThrow('NotAttester')
    await revoke(deployer)
    await expect(revoke(deployer)).rejects.toThrow('NotAttester')
    const afterwards = chain.does(() => verbs.attest(chain.world, deployer, root, 'proof'))
    await expect(afterwards).rejects.toThrow('AttestationExists')
  })
})
