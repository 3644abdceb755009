/** What an event of each protocol costs until its rows are there to be written, on the recordings that `npm start` plays. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { packageRoot } from '../src/config/packageRoot'
import type { Discovered, Source } from '../src/indexer/contracts'
import { decodeEach } from '../src/indexer/decode'
import { misfitOf } from '../src/indexer/guard'
import { Answers } from '../src/indexer/reads/answers'
import { fold } from '../src/ledger/fold'
import { type Entity, type EntityClass, LedgerState, type Row } from '../src/ledger/state'
import type { Deployment, ProtocolLog } from '../src/protocols/protocol'
import { protocols } from '../src/protocols/registry'
import { loadRecording, type Recording } from '../src/replay/recording'
import type { BenchOptions } from './main'
import { median, report, say } from './report'

/** Folds of a recording of some hundred logs in one run: long enough to be measured. */
const ROUNDS = 60

interface Played {
  name: string
  chain: string
  source: Source
  logs: ProtocolLog[]
  answers: Answers
  reads: number
  /** domain events of all of the logs */
  events: number
}

export async function adapters({ runs }: BenchOptions): Promise<void> {
  const all = await Promise.all(['story', 'eigenlayer', 'virtuals'].map(played))
  const times = new Map<string, number[]>(all.map(({ name }) => [name, []]))
  for (let run = 0; run <= runs; run++) {
    for (const one of all) {
      const start = performance.now()
      for (let round = 0; round < ROUNDS; round++) await index(one)
      const micros = ((performance.now() - start) * 1000) / (ROUNDS * one.events)
      if (run > 0) times.get(one.name)!.push(micros) // the first warms the machine
    }
  }
  const story = report('adapters.story', median(times.get('story')!), 'µs an event')
  for (const { name, logs, reads } of all.slice(1)) {
    report(`adapters.${name}`, median(times.get(name)!), 'µs an event', story)
    report(`adapters.${name}.reads`, (1000 * reads) / logs.length, 'reads for 1,000 logs')
  }
}

async function played(name: string): Promise<Played> {
  const recording = await loadRecording([join(packageRoot, 'src/sandbox/recordings', `${name}.jsonl`)])
  const id = recording.chainId ?? 1514
  const protocol = protocols[name]!
  const source = { protocol, deployment: { ...deploymentOf(name, id), firstBlock: 0 } }
  const logs = logsOf(recording)
  const chain = `eip155:${id}`
  const answers = new Answers()
  for (const _ of decodeEach(chain, [source], logs, new Map(), undefined, answers));
  const asked = answers.takeMissing()
  const said = new Map(recording.answers.map(one => [keyIn(one.blockNumber, one.to, one.data), one.result]))
  for (const question of asked) {
    const data = said.get(keyIn(question.block, question.to, question.call))
    answers.learn(question, data === undefined ? { kind: 'reverted' } : { kind: 'returned', data })
  }
  const events = [...decodeEach(chain, [source], logs, new Map(), undefined, answers)].flat().length
  say(`adapters: ${name}: ${logs.length} logs, ${events} events, ${asked.length} reads`)
  return { name, chain, source, logs, answers, reads: asked.length, events }
}

/** Decodes and folds all of the logs as one batch, into tables that are empty. */
async function index({ chain, source, logs, answers }: Played): Promise<void> {
  const discovered: Discovered = new Map()
  const events = [...decodeEach(chain, [source], logs, discovered, undefined, answers)].flat()
  await fold(
    events,
    async (missing, state) => {
      for (const [entity, ids] of missing.rows)
        for (const id of ids) state.provide(entity as EntityClass<Row>, id, null)
      for (const [entity, ids] of missing.facts)
        for (const id of ids) state.provideFact(entity as Entity, id, false)
      for (const [entity, fields] of missing.lists)
        for (const [field, values] of fields)
          for (const value of values) state.provideList(entity as EntityClass<Row>, field, value, [])
    },
    new LedgerState(undefined, misfitOf),
  )
}

function deploymentOf(name: string, id: number): Deployment {
  const known = protocols[name]!.deployments[id]
  if (known) return known
  const file = readFileSync(join(packageRoot, 'config/replays.yaml'), 'utf8')
  const { chains } = parse(file) as { chains: { name: string; protocols: Record<string, Deployment> }[] }
  return chains.find(chain => chain.name === name)!.protocols[name]!
}

function logsOf({ blocks }: Recording): ProtocolLog[] {
  return blocks.flatMap(
    ({ number, hash = `0x${number.toString(16).padStart(64, '0')}`, time, transactions }) =>
      transactions.flatMap(transaction =>
        transaction.logs.map(({ address, topics, data, logIndex }) => ({
          address,
          topics,
          data,
          logIndex,
          block: number,
          blockHash: hash,
          time: (time ?? 1_767_225_600 + number) * 1000,
          transaction: transaction.hash,
        })),
      ),
  )
}

function keyIn(block: number, to: string, call: string): string {
  return `${block} ${to} ${call}`
}
