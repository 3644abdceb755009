import type { Source } from '../../../src/indexer/contracts'
import { decode } from '../../../src/indexer/decode'
import { logsOf } from '../../../src/indexer/protocolLogs'
import type { DomainEvent } from '../../../src/ledger/events'
import type { Handler, Protocol, ProtocolLog } from '../../../src/protocols/protocol'
import type { RangeBlock } from '../../../src/rpc/chainLogs'
import { Prng } from '../../../src/sandbox/scenario/prng'
import { word } from '../../replay/recordings'
import { digest, SimChain, type SimLog, type SimTransaction } from '../../sim/simChain'

const ID = 'eip155:4242'
const ANNOUNCES = word(1)
const SPEAKS = word(2)
const SINGS = word(3)

const addressOf = (n: number) => `0x${n.toString(16).padStart(40, '0')}`
const MAKER = addressOf(0xfa)
const OTHER_MAKER = addressOf(0xfb)
/** Contracts that may be announced, by anybody. */
const CONTRACTS = Array.from({ length: 12 }, (_, i) => addressOf(0xc0 + i))

const says: Handler = {
  event: 'Says()',
  handle: (_, origin) => [{ kind: 'attestationRevoked', origin, attestation: origin.contract }],
}
const announced = ({ data }: ProtocolLog) => `0x${data.slice(26)}`

/** A maker announces children, which speak, and announce singers, which sing and announce more of them. */
const family: Protocol = {
  name: 'family',
  revision: 1,
  deployments: {},
  roles: { maker: { required: true, doc: '' } },
  handlers: { maker: {}, child: { [SPEAKS]: says }, singer: { [SINGS]: says } },
  discovers: [
    { by: 'maker', topic: ANNOUNCES, role: 'child', address: announced },
    { by: 'child', topic: ANNOUNCES, role: 'singer', address: announced },
    { by: 'singer', topic: ANNOUNCES, role: 'singer', address: announced },
  ],
}
/** Whose maker may announce the same contracts, which then belong to whoever was first. */
const rivals: Protocol = {
  ...family,
  name: 'rivals',
  handlers: { maker: {}, pupil: { [SPEAKS]: says, [SINGS]: says } },
  discovers: [{ by: 'maker', topic: ANNOUNCES, role: 'pupil', address: announced }],
}

/** What announces is read, of whatever role it is. */
function announcing(protocol: Protocol): Protocol {
  const handlers = Object.fromEntries(
    Object.entries(protocol.handlers).map(([role, own]) => {
      const announces = protocol.discovers.some(({ by }) => by === role)
      return [role, announces ? { ...own, [ANNOUNCES]: { event: 'Announces()', handle: () => [] } } : own]
    }),
  )
  return { ...protocol, handlers }
}

export const sources: Source[] = [
  { protocol: announcing(family), deployment: { contracts: { maker: MAKER }, firstBlock: 0 } },
  { protocol: announcing(rivals), deployment: { contracts: { maker: OTHER_MAKER }, firstBlock: 3 } },
]

/** A chain on which contracts are announced, and emit before, in between and after, and not only those. */
export function announcingChain(seed: string, transactions = 2000): SimChain {
  const random = new Prng(seed)
  const someone = () => random.pick([...CONTRACTS, MAKER, OTHER_MAKER])
  const log = (): SimLog => {
    const announces = random.chance(8)
    return {
      address: announces && random.chance(60) ? random.pick([MAKER, OTHER_MAKER]) : someone(),
      topics: [announces ? ANNOUNCES : random.pick([SPEAKS, SINGS])],
      data: `0x${random.pick(CONTRACTS).slice(2).padStart(64, '0')}`,
    }
  }
  return new SimChain(
    random,
    Array.from(
      { length: transactions },
      (_, i): SimTransaction => ({
        hash: digest(`${seed} ${i}`),
        logs: Array.from({ length: random.int(0, 4) }, log),
      }),
    ),
  )
}

/** Every log of the chain up to a height, whoever emitted it. */
export function allLogs(chain: SimChain, height: number): ProtocolLog[] {
  return chain.branch.slice(0, height + 1).flatMap(block => {
    let logIndex = 0
    return block.transactions.flatMap(({ hash, logs }) =>
      logs.map(({ address, topics, data }) => ({
        address,
        topics,
        data,
        block: block.number,
        blockHash: block.hash,
        time: block.timestamp * 1000,
        transaction: hash,
        logIndex: logIndex++,
      })),
    )
  })
}

/** What logs come to, in order. Without indexes: an endpoint may count as it likes. */
export function eventsOf(logs: ProtocolLog[], of = sources): string[] {
  return decode(ID, of, logs, new Map()).map(shown)
}

export function eventsIn(blocks: RangeBlock[], of = sources): string[] {
  return eventsOf(logsOf(blocks), of)
}

/** Contracts that were found in blocks, as the tables have them. */
export function foundIn(blocks: RangeBlock[]) {
  return decode(ID, sources, logsOf(blocks), new Map()).flatMap(event =>
    event.kind === 'contractDiscovered'
      ? [
          {
            protocol: event.origin.protocol,
            role: event.role,
            by: event.origin.contract,
            address: event.address,
            block: event.origin.block,
          },
        ]
      : [],
  )
}

function shown(event: DomainEvent): string {
  const { kind, origin } = event
  const found = kind === 'contractDiscovered' ? ` ${event.role} ${event.address}` : ''
  return `${kind}${found} ${origin.protocol} ${origin.contract} ${origin.block} ${origin.transaction}`
}
