import {
  type Abi,
  type AbiEvent,
  encodeAbiParameters,
  encodeEventTopics,
  type Hex,
  parseAbi,
  parseAbiParameters,
} from 'viem'
import { expect, test } from 'vitest'
import { decodeEach } from '../../../src/indexer/decode'
import { Answers } from '../../../src/indexer/reads/answers'
import { LineageEdge, Model, ModelVersion, UsageFee } from '../../../src/model'
import { olas } from '../../../src/protocols/olas/olas'
import type { Answer, ProtocolLog, Read } from '../../../src/protocols/protocol'
import { Memory } from '../../ledger/memory'

/* Logs as the registries emit them, in their order, with the views' answers, folded in memory. */

const abi = parseAbi([
  'event Transfer(address indexed from, address indexed to, uint256 indexed id)',
  'event CreateUnit(uint256 unitId, uint8 uType, bytes32 unitHash)',
  'event UpdateUnitHash(uint256 unitId, uint8 uType, bytes32 unitHash)',
  'event CreateService(uint256 indexed serviceId)',
  'event UpdateService(uint256 indexed serviceId, bytes32 configHash)',
  'event DonateToServicesETH(address indexed sender, uint256[] serviceIds, uint256[] amounts, uint256 donation)',
])
const onL2 = parseAbi(['event CreateService(uint256 indexed serviceId, bytes32 configHash)'])
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const hash = (n: number): Hex => `0x${n.toString(16).padStart(64, '0')}`
const [zero, ann, ben] = [address(0), address(0xa), address(0xb)]
const at = {
  componentRegistry: address(1),
  agentRegistry: address(2),
  serviceRegistry: address(3),
  treasury: address(4),
}

type Emitted = Pick<ProtocolLog, 'address' | 'topics' | 'data'>

function emit(from: Hex, eventName: string, args: unknown[], of: Abi = abi): Emitted {
  const event = of.find(one => one.type === 'event' && one.name === eventName) as AbiEvent
  const named = Object.fromEntries(event.inputs.map((input, i) => [input.name!, args[i]]))
  const rest = event.inputs.filter(({ indexed }) => !indexed)
  return {
    address: from,
    topics: encodeEventTopics({ abi: [event], args: named } as never) as string[],
    data: encodeAbiParameters(rest, rest.map(({ name }) => named[name!]) as never),
  }
}

const dependsOn = (...ids: number[]): Answer => ({
  kind: 'returned',
  data: encodeAbiParameters(parseAbiParameters('uint256, uint32[]'), [BigInt(ids.length), ids]),
})
const service = (configHash: Hex, ...agentIds: number[]): Answer => ({
  kind: 'returned',
  data: encodeAbiParameters(
    parseAbiParameters('(uint96, address, bytes32, uint32, uint32, uint32, uint8, uint32[])'),
    [[1n, zero, configHash, 1, 1, 0, 1, agentIds]],
  ),
})

/** Each entry a transaction in a block of its own, with what the view that it asks answers. */
async function folded(
  steps: [Emitted[], Answer?][],
  chain = 'eip155:1',
  contracts: Record<string, string> = at,
) {
  const memory = new Memory()
  const rejections: string[] = []
  const asked: Read[] = []
  for (const [i, [emitted, answer]] of steps.entries()) {
    const place = { block: i + 1, blockHash: hash(i + 1), transaction: hash(i + 1), time: 1000 * i }
    const logs = emitted.map((log, logIndex) => ({ ...log, ...place, logIndex }))
    const answers = new Answers()
    const sources = [{ protocol: olas, deployment: { contracts, firstBlock: 0 } }]
    const read = () => [...decodeEach(chain, sources, logs, new Map(), undefined, answers)].flat()
    read()
    for (const question of answers.takeMissing()) {
      asked.push(question)
      answers.learn(question, answer ?? { kind: 'unanswered' })
    }
    rejections.push(...(await memory.batch(read())).rejections().map(({ reason }) => reason))
  }
  const edges = memory.rows(LineageEdge).map(({ id }) => id)
  const model = (id: string) => memory.rows(Model).find(row => row.id === id)
  return { memory, rejections, asked, edges, model }
}

const unit = (registry: Hex, uType: number, id: bigint, owner = ann): Emitted[] => [
  emit(registry, 'Transfer', [zero, owner, id]),
  emit(registry, 'CreateUnit', [id, uType, hash(Number(id))]),
]

test('units of both registries with the same number are two models, with what the views say they depend on', async () => {
  const { rejections, edges, model, memory } = await folded([
    [unit(at.componentRegistry, 0, 1n), dependsOn()],
    [unit(at.componentRegistry, 0, 2n, ben), dependsOn(1)],
    [unit(at.agentRegistry, 1, 1n), dependsOn(1, 2)],
    [[emit(at.agentRegistry, 'Transfer', [ann, ben, 1n])]],
    // A hash that was there before is a version again, as in getUpdatedHashes.
    [[emit(at.agentRegistry, 'UpdateUnitHash', [1n, 1, hash(9)])]],
    [[emit(at.agentRegistry, 'UpdateUnitHash', [1n, 1, hash(9)])]],
  ])
  expect(rejections).toEqual([])
  expect(edges).toEqual([
    'eip155:1/olas:agent-1|COMPONENT|eip155:1/olas:component-1',
    'eip155:1/olas:agent-1|COMPONENT|eip155:1/olas:component-2',
    'eip155:1/olas:component-2|COMPONENT|eip155:1/olas:component-1',
  ])
  expect(model('eip155:1/olas:component-1')).toMatchObject({ kind: 'COMPONENT', ownerId: `eip155:1:${ann}` })
  expect(model('eip155:1/olas:agent-1')).toMatchObject({
    ownerId: `eip155:1:${ben}`,
    version: 3,
    contentHash: hash(9),
    metadataUri: `ipfs://f01701220${hash(9).slice(2)}`,
  })
  expect(memory.rows(ModelVersion).map(({ id }) => id.slice('eip155:1/olas:'.length))).toEqual([
    'agent-1/v1',
    'agent-1/v2',
    'agent-1/v3',
    'component-1/v1',
    'component-2/v1',
  ])
})

test('a service has the agents that the view lists, and a version where its hash changes', async () => {
  const { rejections, edges, model, asked } = await folded([
    [
      [
        emit(at.serviceRegistry, 'Transfer', [zero, ben, 7n]),
        emit(at.serviceRegistry, 'CreateService', [7n]),
      ],
      service(hash(5), 1),
    ],
    [[emit(at.serviceRegistry, 'UpdateService', [7n, hash(5)])], service(hash(5), 1, 3)],
    [[emit(at.serviceRegistry, 'UpdateService', [7n, hash(6)])], service(hash(6), 3)],
  ])
  expect(rejections).toEqual([])
  expect(asked).toHaveLength(3)
  expect(edges).toEqual([
    'eip155:1/olas:service-7|SERVICE|eip155:1/olas:agent-1',
    'eip155:1/olas:service-7|SERVICE|eip155:1/olas:agent-3',
  ])
  expect(model('eip155:1/olas:service-7')).toMatchObject({ version: 2, contentHash: hash(6) })
})

test('a service of another chain is made of agents on Ethereum, and of none while nobody answers', async () => {
  const create = (id: bigint): Emitted[] => [emit(at.serviceRegistry, 'CreateService', [id, hash(8)], onL2)]
  const { rejections, edges, model } = await folded(
    [
      [create(1n), service(hash(8), 40)],
      [create(2n)],
      [create(3n), { kind: 'returned', data: `0x${'ff'.repeat(300)}` }],
    ],
    'eip155:100',
    { serviceRegistry: at.serviceRegistry },
  )
  expect(rejections).toEqual([])
  expect(edges).toEqual(['eip155:100/olas:service-1|SERVICE|eip155:1/olas:agent-40'])
  for (const id of [1, 2, 3])
    expect(model(`eip155:100/olas:service-${id}`)).toMatchObject({ kind: 'SERVICE', contentHash: hash(8) })
})

test('a donation is a fee for each entry, also of a service that is listed twice', async () => {
  const { rejections, memory } = await folded([
    [[emit(at.serviceRegistry, 'CreateService', [1n])], service(hash(5), 1)],
    [[emit(at.treasury, 'DonateToServicesETH', [ben, [1n, 1n], [10n ** 18n, 1n], 10n ** 18n + 1n])]],
  ])
  expect(rejections).toEqual([])
  expect(memory.rows(UsageFee)).toMatchObject(
    [10n ** 18n, 1n].map(gross => ({
      modelId: 'eip155:1/olas:service-1',
      kind: 'DONATION',
      gross,
      net: gross,
    })),
  )
})
