import { encodeAbiParameters, encodeFunctionData, parseAbi } from 'viem'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  Contribution,
  ModelRevenue,
  RewardClaim,
  RewardRound,
  RoyaltyAccrual,
  RoyaltyBalance,
  RoyaltyClaim,
} from '../../../src/model'
import {
  account,
  address,
  agent,
  ann,
  at,
  ben,
  contribution,
  created,
  type Emitted,
  emit,
  give,
  move,
  Played,
  v3,
  zero,
} from './emitted'

/** Points 34 to 43 of what Virtuals' contracts mean: rewards, with figures by hand. Shares are of 10,000. */

const cal = address(0x1d)
const views = parseAbi([
  'function isModel(uint256 tokenId) view returns (bool)',
  'function getCore(uint256 tokenId) view returns (uint8)',
  'function getReward(uint256 pos) view returns ((uint256 blockNumber, uint256 amount, uint256[] lpValues, uint256[] virtualIds))',
])
const v2 = parseAbi([
  'event NewAgentReward(uint32 mainIndex, uint256 virtualId, uint256 validatorAmount, uint256 contributorAmount, uint256 coreAmount)',
  'event StakerRewardClaimed(uint256 virtualId, uint256 amount, address staker)',
  'event ValidatorRewardClaimed(uint256 virtualId, uint256 amount, address validator)',
])
const v3Round = parseAbi(['event NewReward(uint256 pos, uint256[] virtualIds)'])
const word = (value: bigint) => value.toString(16).padStart(64, '0')
const returned = (...words: bigint[]) => ({
  kind: 'returned' as const,
  data: `0x${words.map(word).join('')}`,
})

let played: Played
/** contribution -> core, of versions */
let cores: Map<bigint, bigint>
/** of V2: protocol, contributors, stakers, parents; threshold. Of V3: protocol, stakers */
let settings: bigint[]

beforeEach(async () => {
  played = new Played()
  cores = new Map()
  settings = [1000n, 5000n, 8000n, 2000n, 0n]
  played.answer = ({ call }) => {
    for (const [id, core] of cores) {
      if (call === encodeFunctionData({ abi: views, functionName: 'isModel', args: [id] }))
        return returned(1n)
      if (call === encodeFunctionData({ abi: views, functionName: 'getCore', args: [id] }))
        return returned(core)
    }
    const isReward = call === encodeFunctionData({ abi: views, functionName: 'getReward', args: [3n] })
    if (isReward)
      return {
        kind: 'returned',
        data: encodeAbiParameters(
          [
            {
              type: 'tuple',
              components: [
                { type: 'uint256' },
                { type: 'uint256' },
                { type: 'uint256[]' },
                { type: 'uint256[]' },
              ],
            },
          ],
          [[5n, 1000n, [100n, 200n], [1n, 2n]]],
        ),
      }
    return returned(...settings)
  }
  await played.transaction(...created())
})

/** Made and accepted, with an impact. */
async function service(id: bigint, owner: typeof ann, impact: bigint, parent = 0n, core = 1n): Promise<void> {
  cores.set(id, core)
  await played.transaction(
    give(at.contributionNft!, zero, owner, id),
    emit(at.contributionNft!, 'NewContribution', [id, 1n, parent, 0n]),
    emit(at.serviceNft!, 'CoreServiceUpdated', [1n, Number(core), id]),
    emit(at.serviceNft!, 'NewService', [id, Number(core), impact, impact, true]),
  )
}

const round = (contributors: bigint, core: bigint, index = 0) =>
  emit(at.agentRewardV2!, 'NewAgentReward', [index, 1n, 999n, contributors, core], v2)
const claim = (id: bigint, owner: typeof ann, total: bigint, children: bigint): Emitted[] => [
  move(at.virtual!, at.agentRewardV2!, owner, total),
  emit(at.agentRewardV2!, 'ServiceRewardsClaimed', [id, owner, total, children]),
]
const pending = (id: bigint) => {
  const { ownPending, childrenPending } = played.one(Contribution, contribution(id))!
  return [ownPending, childrenPending]
}
const accruals = () =>
  played.memory
    .rows(RoyaltyAccrual)
    .map(({ kind, fromModelId, toModelId, amount }) => [kind, fromModelId, toModelId, amount])

describe('40. what a service earns is in no event', () => {
  test('its core’s amount by impact, of which its parent has a part: floored at each step', async () => {
    await service(70n, ann, 300n)
    await service(71n, ben, 700n, 70n)
    await played.transaction(round(2000n, 1001n))
    // 1001 × 300 / 1000 = 300.3; 1001 × 700 / 1000 = 700.7, of it 2000 / 10,000 is 140.
    expect(pending(70n)).toEqual([300n, 140n])
    expect(pending(71n)).toEqual([560n, 0n])
    expect(accruals()).toEqual([
      ['OWN', contribution(70n), contribution(70n), 300n],
      ['OWN', contribution(71n), contribution(71n), 560n],
      ['OTHER', contribution(71n), contribution(70n), 140n],
    ])
    expect(played.rejections).toEqual([])
  })

  test('by its impact at its first round, over the impacts that are there now: also once it is 0', async () => {
    await service(70n, ann, 400n)
    await service(71n, ben, 600n)
    await played.transaction(round(1000n, 1000n))
    await played.transaction(emit(at.serviceNft!, 'SetServiceScore', [70n, 400n, 0n]))
    await played.transaction(round(1000n, 1000n, 1))
    // 400 + floor(1000 × 400 / 600), 600 + floor(1000 × 600 / 600): together more than the pot.
    expect([pending(70n), pending(71n)]).toEqual([
      [400n + 666n, 0n],
      [600n + 1000n, 0n],
    ])
  })

  test('each core by itself; one without an impact has nothing, nor what is not accepted', async () => {
    await service(70n, ann, 5n, 0n, 1n)
    await service(71n, ben, 7n, 0n, 2n)
    await service(72n, ben, 0n, 0n, 2n)
    cores.set(73n, 1n)
    await played.transaction(
      give(at.contributionNft!, zero, cal, 73n),
      emit(at.contributionNft!, 'NewContribution', [73n, 1n, 70n, 0n]),
      emit(at.serviceNft!, 'SetServiceScore', [73n, 9n, 9n]),
    )
    await played.transaction(round(2000n, 1000n))
    expect([70n, 71n, 72n, 73n].map(id => pending(id)[0])).toEqual([1000n, 1000n, 0n, 0n])
  })

  test('a rejected parent’s owner is paid as well; of a parent that does not exist, nobody', async () => {
    cores.set(70n, 1n)
    await played.transaction(
      give(at.contributionNft!, zero, cal, 70n),
      emit(at.contributionNft!, 'NewContribution', [70n, 1n, 0n, 0n]),
    )
    await service(71n, ben, 500n, 70n)
    await service(72n, ben, 500n, 99n)
    await played.transaction(round(1000n, 1000n))
    expect(pending(70n)).toEqual([0n, 100n])
    expect(pending(72n)).toEqual([400n, 0n])
    expect(played.memory.rows(RoyaltyBalance).map(({ accountId, accrued }) => [accountId, accrued])).toEqual([
      [account(ben), 800n],
      [account(cal), 100n],
    ])
  })
})

describe('41. a claim', () => {
  test('pays what was earned, its own and its children’s; it accrues nothing again', async () => {
    await service(70n, ann, 300n)
    await service(71n, ben, 700n, 70n)
    await played.transaction(round(2000n, 1001n))
    await played.transaction(...claim(70n, ann, 440n, 140n))
    expect(pending(70n)).toEqual([0n, 0n])
    expect(accruals()).toHaveLength(3)
    expect(played.memory.rows(RoyaltyClaim)).toMatchObject([{ amount: 440n, accountId: account(ann) }])
    expect(played.one(ModelRevenue, `${contribution(70n)}|eip155:8453/erc20:${at.virtual}`)).toMatchObject({
      accruedOwn: 300n,
      accruedRoyalty: 140n,
      claimed: 440n,
    })
  })

  test('of what no round told, as of before the first block, is earned with the claim', async () => {
    await service(70n, ann, 300n)
    await played.transaction(...claim(70n, ann, 90n, 20n))
    expect(accruals()).toEqual([
      ['OWN', contribution(70n), contribution(70n), 70n],
      ['OTHER', contribution(70n), contribution(70n), 20n],
    ])
    expect(played.memory.rows(RoyaltyBalance)).toMatchObject([{ accrued: 90n, claimed: 90n }])
  })

  test('of more by children than in all is rejected', async () => {
    await played.transaction(...claim(70n, ann, 5n, 6n))
    expect(played.rejections).toEqual(['children earned more than the whole'])
  })

  test('of patrons in V2’s order of arguments and in V3’s is one kind; a second one of 0 is none', async () => {
    await played.transaction(
      emit(at.agentRewardV2!, 'StakerRewardClaimed', [1n, 7n, ann], v2),
      emit(at.agentRewardV2!, 'ValidatorRewardClaimed', [1n, 8n, ben], v2),
      emit(at.agentRewardV3!, 'StakerRewardClaimed', [1n, ann, 2n, 9n], v3),
      emit(at.agentRewardV3!, 'StakerRewardClaimed', [1n, ann, 2n, 0n], v3),
    )
    expect(played.memory.rows(RewardClaim).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['STAKER', 7n],
      ['VALIDATOR', 8n],
      ['STAKER', 9n],
    ])
  })
})

test('34. a round of V3 has its amounts in the contract alone: the net one, by what each agent’s pool was worth', async () => {
  settings = [1000n, 7000n]
  await played.transaction(emit(at.agentRewardV3!, 'NewReward', [3n, [1n, 2n]], v3Round))
  // 1000 × 100 / 300 = 333, stakers 70 %: 233, validators 100; 666: 466 and 200.
  const rounds = played.memory.rows(RewardRound)
  expect(rounds.map(row => [row.modelId, row.number, row.stakerAmount, row.validatorAmount])).toEqual([
    [agent, 3n, 233n, 100n],
    ['eip155:8453/virtuals:2', 3n, 466n, 200n],
  ])
})

test('34. where nobody answers, a round of V3 is not known, and its log is no error', async () => {
  played.answer = () => ({ kind: 'reverted' })
  await played.transaction(emit(at.agentRewardV3!, 'NewReward', [3n, [1n, 2n]], v3Round))
  expect(played.memory.rows(RewardRound)).toEqual([])
  expect(played.rejections).toEqual([])
})

test('38. a round of V2 has its amounts in the event', async () => {
  await played.transaction(round(2000n, 1001n, 4))
  expect(played.memory.rows(RewardRound)).toMatchObject([
    { modelId: agent, number: 4n, validatorAmount: 999n, contributorAmount: 2000n, stakerAmount: null },
  ])
})
