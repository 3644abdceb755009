import { encodeAbiParameters, encodeEventTopics, type Hex, padHex, parseAbi, stringToHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import type { Protocol, ProtocolLog } from '../../../src/protocols/protocol'
import { deployments } from '../../../src/protocols/story/deployments'
import { story } from '../../../src/protocols/story/story'
import { TransactionLogs } from '../../../src/protocols/transactionLogs'
import { address } from './emitters'

const deployment = deployments[1514]!
const { ipAssetRegistry, licensingModule, royaltyModule, disputeModule, royaltyPolicyLrp } =
  deployment.contracts
const [ip, parent, coin] = [address(1), address(2), address(3)]
const owner = address(6)
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const chain = 'eip155:1514'

function log(at: string, topics: Hex[], data: Hex = '0x', logIndex = 0): ProtocolLog {
  return { address: at, topics, data, block: 5, blockHash: '0x05', time: 1000, transaction: '0xaa', logIndex }
}

/** Every handler with its role and topic. */
function handlersOf(protocol: Protocol) {
  return Object.entries(protocol.handlers).flatMap(([role, handlers]) =>
    Object.entries(handlers).map(([topic, handler]) => ({ role, topic, handler })),
  )
}

const OWNER_OF_7 = `0x6352211e${'7'.padStart(64, '0')}`

/** Asked whose NFT 7 is, its contract says the owner. */
function events(...logs: ProtocolLog[]) {
  const answers = new Answers()
  const sources = [{ protocol: story, deployment }]
  for (;;) {
    const found = [...decodeEach(chain, sources, logs, new Map(), undefined, answers)].flat()
    const [question] = answers.takeMissing()
    if (!question) return found.map(({ origin: _, ...event }) => event)
    expect(question).toMatchObject({ to: address(9), call: OWNER_OF_7, block: 5 })
    answers.learn(question, { kind: 'returned', data: padHex(owner, { size: 32 }) })
  }
}

describe('an IP', () => {
  const abi = parseAbi([
    'event IPRegistered(address ipId, uint256 indexed chainId, address indexed tokenContract, uint256 indexed tokenId, string name, string uri, uint256 registrationDate)',
  ])
  function registration(chainId: bigint, name: string): ProtocolLog {
    const topics = encodeEventTopics({
      abi,
      args: { chainId, tokenContract: address(9), tokenId: 7n },
    }) as Hex[]
    const types = [{ type: 'address' }, { type: 'string' }, { type: 'string' }, { type: 'uint256' }]
    return log(ipAssetRegistry!, topics, encodeAbiParameters(types, [ip, name, 'ipfs://x', 0n]))
  }

  const model = {
    kind: 'modelRegistered',
    model: `${chain}/story:${ip}`,
    modelKind: 'MODEL',
    nft: `${chain}/erc721:${address(9)}/7`,
    tokenId: 7n,
    name: 'Seven',
    metadataUri: 'ipfs://x',
  }
  const found = { kind: 'contractDiscovered', address: address(9), role: 'nft' }
  const move = (from: Hex, to: Hex, logIndex: number) => {
    const seven = padHex('0x07', { size: 32 })
    return log(
      address(9),
      [TRANSFER, padHex(from, { size: 32 }), padHex(to, { size: 32 }), seven],
      '0x',
      logIndex,
    )
  }
  const moved = (to: Hex) => ({ kind: 'nftTransferred', nft: model.nft, to: `${chain}:${to}` })

  test('is a model whose owner its NFT is asked for', () => {
    expect(events(registration(1514n, 'Seven'))).toEqual([found, { ...model, owner: `${chain}:${owner}` }])
  })

  test('of an NFT that moved before it in the same transaction: nobody is asked', () => {
    expect(events(move(address(0), owner, 0), { ...registration(1514n, 'Seven'), logIndex: 1 })).toEqual([
      moved(owner),
      found,
      model,
    ])
  })

  test('follows its NFT from there on', () => {
    const later = { ...move(owner, address(8), 1), transaction: '0xab' }
    expect(events(registration(1514n, 'Seven'), later).at(-1)).toEqual(moved(address(8)))
  })

  test('of an NFT on another chain follows none', () => {
    expect(events(registration(8453n, 'Seven'))).toMatchObject([{ nft: undefined, tokenId: 7n }])
  })

  test('may have a name that Postgres cannot hold: the NUL is replaced', () => {
    expect(events(registration(1514n, 'a\0b')).slice(1)).toMatchObject([{ name: 'a\uFFFDb' }])
  })
})

test('a Transfer of a contract that no IP is of is passed over, with four topics and with three', () => {
  const [from, to] = [padHex(address(5), { size: 32 }), padHex('0x00', { size: 32 })]
  const anywhere = address(0x77)
  expect(events(log(anywhere, [TRANSFER, from, to, padHex('0x07', { size: 32 })]))).toEqual([])
  expect(events(log(anywhere, [TRANSFER, from, to], padHex('0x07', { size: 32 })))).toEqual([])
})

describe('a log that cannot be read', () => {
  const linked = handlersOf(story).find(one => one.handler.event.startsWith('LinkedToParents'))!.topic as Hex
  test('is kept with the event it should be', () => {
    expect(events(log(royaltyModule!, [linked], '0x1234'))).toMatchObject([
      {
        kind: 'logRejected',
        topics: [linked],
        data: '0x1234',
        reason: expect.stringMatching(/^LinkedToParents\(/),
      },
    ])
  })

  test('such as a link whose lists differ in length', () => {
    const types = ['address', 'address[]', 'address[]', 'uint32[]', 'bytes'].map(type => ({ type }))
    const data = encodeAbiParameters(types, [ip, [parent, coin], [royaltyPolicyLrp], [1000000], '0x'])
    expect(events(log(royaltyModule!, [linked], data))).toMatchObject([
      { kind: 'logRejected', reason: expect.stringContaining('lists of parents differ in length') },
    ])
  })

  test("is nothing to us at an address that is not Story's", () => {
    expect(events(log(address(0x99), [linked], '0x1234'))).toEqual([])
  })
})

test('a vault is read from its first log, which comes before its announcement', () => {
  const transfer = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
  const vault = address(0x50)
  const mint = log(
    vault,
    [transfer, padHex('0x00', { size: 32 }), padHex(ip, { size: 32 })],
    padHex('0x64', { size: 32 }),
    0,
  )
  const deployed = handlersOf(story).find(one => one.handler.event.startsWith('IpRoyaltyVaultDeployed'))!
    .topic as Hex
  const data = encodeAbiParameters([{ type: 'address' }, { type: 'address' }], [ip, vault])
  expect(events(mint, log(royaltyModule!, [deployed], data, 1))).toEqual([
    {
      kind: 'vaultSharesMoved',
      vault: `${chain}:${vault}`,
      from: undefined,
      to: `${chain}:${ip}`,
      shares: 100n,
    },
    { kind: 'contractDiscovered', address: vault, role: 'vault' },
    { kind: 'vaultDeployed', vault: `${chain}:${vault}`, model: `${chain}/story:${ip}` },
  ])
})

test('a tag that is no word stays hex', () => {
  const raised = handlersOf(story).find(one => one.handler.event.startsWith('DisputeRaised'))!.topic as Hex
  const types = [
    'uint256',
    'address',
    'address',
    'address',
    'uint256',
    'address',
    'bytes32',
    'bytes32',
    'bytes',
  ]
  const data = (tag: Hex) =>
    encodeAbiParameters(
      types.map(type => ({ type })),
      [3n, ip, coin, parent, 0n, coin, padHex('0x0e', { size: 32 }), tag, '0x'],
    )
  const odd = padHex('0x01', { size: 32 })
  expect(events(log(disputeModule!, [raised], data(stringToHex('PLAGIARISM', { size: 32 }))))).toMatchObject([
    { tag: 'PLAGIARISM', initiator: `${chain}:${parent}`, dispute: `${chain}/dispute:${disputeModule}/3` },
  ])
  expect(events(log(disputeModule!, [raised], data(odd)))).toMatchObject([{ tag: odd }])
})

test("terms of a template that is not Story's own are kept as they were emitted", () => {
  const handler = handlersOf(story).find(one => one.role === 'licenseTemplate')!
  const topics = [handler.topic, padHex('0x05', { size: 32 }), padHex(address(0x60), { size: 32 })]
  const data = encodeAbiParameters([{ type: 'bytes' }], ['0xabcd'])
  const origin = {
    chain,
    protocol: 'story',
    block: 5,
    time: 0,
    transaction: '0xaa',
    logIndex: 0,
    contract: address(0x60),
  }
  const context = {
    chain,
    deployment,
    transaction: new TransactionLogs([]),
    discovered: () => undefined,
    announcer: () => undefined,
  }
  expect(
    handler.handler.handle(log(address(0x60), topics as Hex[], data), origin, context, []),
  ).toMatchObject([{ terms: `${chain}/terms:${address(0x60)}/5`, encoded: '0xabcd' }])
})

test('every role that is handled is one a deployment names, or is found, or is any', () => {
  const known = new Set([...Object.keys(story.roles), ...story.discovers.map(one => one.role), '*'])
  for (const { role } of handlersOf(story)) expect(known).toContain(role)
  expect(licensingModule).toMatch(/^0x[0-9a-f]{40}$/)
  for (const { contracts } of Object.values(story.deployments)) {
    for (const [role, { required }] of Object.entries(story.roles)) {
      if (required) expect(contracts[role], role).toMatch(/^0x[0-9a-f]{40}$/)
    }
  }
})
