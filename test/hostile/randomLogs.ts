import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, type Hex, toEventSelector } from 'viem'
import type { Source } from '../../src/indexer/contracts'
import type { Deployment, ProtocolLog } from '../../src/protocols/protocol'
import { protocols } from '../../src/protocols/registry'
import { ADDRESSES, addressOf, arbitraryOf } from './abiValues'

export const CHAIN = 'eip155:31337'

/** Where a role that no deployment names has its contracts: those that logs announce, or anybody's. */
const FOUND = [1, 2, 3, 4].map(n => addressOf(0xf0 + n))

/** Of four years a lock of few wei has votes. */
const FIGURES: Record<string, number> = { maxLockSeconds: 126_144_000 }

/** Every protocol, each with all its roles deployed. */
export const sources: Source[] = Object.values(protocols).map((protocol, p) => {
  const contracts = Object.fromEntries(
    Object.keys(protocol.roles).map((role, r) => [role, addressOf(0xd000 + p * 256 + r)]),
  )
  // Figures that no log tells are given: there is no chain that could be asked.
  const settings = Object.fromEntries(
    Object.keys(protocol.settings ?? {}).map(name => [name, FIGURES[name] ?? 3]),
  )
  const deployment: Deployment = { contracts, firstBlock: 0, settings }
  if (protocol.schemas) deployment.schemas = { [`0x${'1'.padStart(64, '0')}`]: 'string model, bytes32 proof' }
  if (protocol.name === 'splits')
    deployment.models = {
      [contracts.split!]: `${CHAIN}/reference:1`,
      [ADDRESSES[0]!]: `${CHAIN}/reference:2`,
    }
  return { protocol, deployment }
})

/** Seconds since 1970: two years after the first block. */
const LATER = BigInt(Date.UTC(2028, 0, 1) / 1000)

interface Emission {
  event: AbiEvent
  address: Hex
  args: unknown[]
}

/** What a log's hex is like: as the ABI has it, or as no contract of ours would write it. */
type Damage = 'none' | 'cut' | 'noTopics' | 'extraTopic' | 'words'

export interface Step {
  emission: Emission
  damage: Damage
  newTransaction: boolean
  newBlock: boolean
  /** added to the place in the block */
  skip: number
}

const events = sources.flatMap(({ protocol, deployment }) => {
  const folder = `abi/${protocol.name}`
  const items = readdirSync(folder)
    .flatMap(file => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as { type: string }[])
    .filter(({ type }) => type === 'event') as AbiEvent[]
  return Object.entries(protocol.handlers).flatMap(([role, handlers]) =>
    Object.entries(handlers).map(([topic, { topics }]) => {
      // ERC-20 and ERC-721 have a `Transfer` each, which differ in their topics alone.
      const event = items.find(
        item => toEventSelector(item) === topic && (topics === undefined || topics === topicsOf(item)),
      )
      if (!event) throw new Error(`${protocol.name}: no ABI of topic ${topic}`)
      const address = deployment.contracts[role] as Hex | undefined
      return { name: `${protocol.name}.${role}.${event.name}`, event, addresses: address ? [address] : FOUND }
    }),
  )
})

function topicsOf({ inputs }: AbiEvent): number {
  return 1 + inputs.filter(({ indexed }) => indexed).length
}

/** Of every handler of every protocol. */
export const eventNames = events.map(({ name }) => name)

function emissionOf({ event, addresses }: (typeof events)[number]): fc.Arbitrary<Emission> {
  const announces =
    /PoolCreated|VaultDeployed|TemplateRegistered|NewPersona|AgentMigrated|Launched|SplitCreated/.test(
      event.name,
    )
  const named = announces ? FOUND : [...FOUND, ...ADDRESSES]
  return fc.record({
    event: fc.constant(event),
    address: fc.constantFrom(...addresses),
    args: fc.tuple(...event.inputs.map(input => arbitraryOf(input, named))),
  })
}

const damage: fc.Arbitrary<Damage> = fc.oneof(
  { arbitrary: fc.constant<Damage>('none'), weight: 12 },
  fc.constantFrom<Damage>('cut', 'noTopics', 'extraTopic', 'words'),
)

/** A step of one handler's event, or of any. */
export function stepOf(name?: string): fc.Arbitrary<Step> {
  const choices = name === undefined ? events : events.filter(event => event.name === name)
  return fc.record({
    emission: fc.oneof(...choices.map(emissionOf)),
    damage,
    newTransaction: fc.boolean(),
    newBlock: fc.boolean(),
    skip: fc.oneof({ arbitrary: fc.constant(0), weight: 40 }, fc.constantFrom(2 ** 31, 2 ** 40)),
  })
}

/** The logs of the steps, in chain order, of blocks from 1 on. */
export function logsOf(steps: readonly Step[]): ProtocolLog[] {
  let [block, logIndex, transaction] = [1, 0, 0]
  return steps.map(({ emission, damage, newTransaction, newBlock, skip }) => {
    if (newBlock) [block, logIndex] = [block + 1, 0]
    if (newBlock || newTransaction) transaction++
    logIndex += skip
    return {
      ...encoded(emission, damage),
      block,
      blockHash: `0x${block.toString(16).padStart(64, '0')}`,
      time: Date.UTC(2026, 0, 1) + block * 1000,
      transaction: `0x${transaction.toString(16).padStart(64, '0')}`,
      logIndex: logIndex++,
    }
  })
}

function encoded(
  { event, address, args }: Emission,
  damage: Damage,
): Pick<ProtocolLog, 'address' | 'topics' | 'data'> {
  const indexed = Object.fromEntries(event.inputs.map((input, i) => [input.name, args[i]]))
  const topics = encodeEventTopics({ abi: [event], args: indexed } as never) as string[]
  const rest = event.inputs
    .map((input, i) => ({ input, value: args[i] }))
    .filter(({ input }) => !input.indexed)
  const data = encodeAbiParameters(
    rest.map(({ input }) => input),
    rest.map(({ value }) => value) as never,
  )
  switch (damage) {
    case 'none':
      return { address, topics, data }
    case 'cut':
      return { address, topics, data: data.slice(0, 2 + Math.floor((data.length - 2) / 3)) }
    case 'noTopics':
      return { address, topics: topics.slice(0, 1), data }
    case 'extraTopic':
      return { address, topics: [...topics, `0x${'f'.repeat(64)}`], data }
    case 'words':
      return { address, topics, data: `0x${'f'.repeat(data.length - 2)}` }
  }
}

/** Logs that give the others something to meet: models, pools, vaults and their royalty tokens. */
export function opening(): Step[] {
  const emit = (name: string, args: unknown[], at = 0): Step => {
    const { event, addresses } = events.find(one => one.name === name)!
    const emission = { event, address: addresses[at]!, args }
    return { emission, damage: 'none', newTransaction: false, newBlock: false, skip: 0 }
  }
  const hash = (n: number) => `0x${n.toString(16).padStart(64, '0')}`
  const [ann, ben, token] = [ADDRESSES[0]!, ADDRESSES[1]!, ADDRESSES[5]!]
  return [
    ...[1n, 2n, 3n].map(id =>
      emit('reference.registry.ModelRegistered', [id, ann, hash(1), `model ${id}`, 'ipfs://x', 100_000]),
    ),
    emit('reference.registry.ModelForked', [2n, [1n], [], [100_000], [0]]),
    emit('reference.registry.ModelForked', [3n, [2n], [], [50_000], [0]]),
    emit('reference.poolFactory.PoolCreated', [1n, FOUND[0], 0, token, 60]),
    emit('reference.poolFactory.PoolCreated', [2n, FOUND[1], 1, token, 0]),
    emit('reference.poolFactory.CurveCreated', [1n, FOUND[2], token, 10n ** 27n, 10n ** 21n, 10n ** 24n]),
    emit('reference.curve.Transfer', [addressOf(0), ann, 10n ** 24n], 2),
    emit('reference.curve.Bought', [ann, 10n ** 18n, 10n ** 24n], 2),
    emit('reference.voteEscrow.EscrowOpened', [token, 31_449_600, 604_800]),
    emit('reference.voteEscrow.LockChanged', [ann, 10n ** 24n, LATER]),
    emit('reference.voteEscrow.Voted', [ann, hash(1), `${CHAIN}/reference:1`, 5_000]),
    ...[0, 1, 2].map(n =>
      emit('story.ipAssetRegistry.IPRegistered', [
        ADDRESSES[n],
        31337n,
        FOUND[0],
        BigInt(n),
        'ip',
        'ipfs://y',
        0n,
      ]),
    ),
    emit('veGauge.gaugeController.NewGauge', [ben, 0n, 5n]),
    emit('veGauge.votingEscrow.Deposit', [ann, 10n ** 24n, LATER, 1n, 0n]),
    emit('veGauge.votingEscrow.Supply', [0n, 10n ** 24n]),
    emit('veGauge.gaugeController.VoteForGauge', [0n, ann, ben, 5_000n]),
    emit('erc4626.vault.Transfer', [addressOf(0), ann, 60n]),
    emit('erc4626.vault.Deposit', [ann, ann, 50n, 60n]),
    ...[2, 3].flatMap(n => [
      emit('story.vault.Transfer', [addressOf(0), ann, 60n], n),
      emit('story.vault.Transfer', [addressOf(0), ben, 40n], n),
      emit('story.royaltyModule.IpRoyaltyVaultDeployed', [ADDRESSES[n - 2], FOUND[n]]),
    ]),
  ].map((step, i) => (i === 0 ? { ...step, newBlock: true } : step))
}
