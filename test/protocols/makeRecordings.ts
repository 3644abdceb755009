import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { encodeAbiParameters, type Hex, parseAbiParameters } from 'viem'
import { stringify } from 'yaml'
import { type TestChain, testChain } from '../fixtures/chain'
import { Contracts } from '../fixtures/contracts'
import { EasChain } from './eas/easChain'
import { RestakedChain } from './eigenlayer/restakedChain'
import { AgentChain } from './erc8004/agentChain'
import { SplitsChain } from './splits/splitsChain'
import { VirtualsChain } from './virtuals/virtualsChain'

/**
 * Makes eigenlayer.jsonl, virtuals.jsonl and standards.jsonl of src/sandbox/recordings anew: `npx tsx test/protocols/makeRecordings.ts`, after
 * `npm run build`. The addresses are always the same: config/replays.yaml has them. Both end in January 2026, as what
 * `npm start` plays: a page of the last 30 days shows them all. Virtuals' locks take two years before.
 */

const root = resolve(__dirname, '../..')

async function record(
  name: string,
  id: number,
  chain: TestChain,
  protocols: Record<string, object>,
): Promise<void> {
  await chain.rpc('anvil_mine', [2])
  const config = join(mkdtempSync(join(tmpdir(), 'recording-')), 'config.yaml')
  writeFileSync(
    config,
    stringify({
      postgres: { url: 'postgres://127.0.0.1/none' },
      api: { port: 0 },
      chains: [{ id, name, rpc: chain.url, finality: 1, protocols }],
    }),
  )
  const file = join(root, 'src/sandbox/recordings', `${name}.jsonl`)
  const bin = join(root, 'bin/provenance.js')
  execFileSync(process.execPath, [bin, 'record', file, '--chain', name, '--config', config], {
    stdio: 'inherit',
  })
  console.log(stringify(protocols))
  await chain.close()
}

/** Agents, the splits of their revenue, and what is attested of them, on one chain. */
async function recordStandards(): Promise<void> {
  const contracts = await Contracts.on(await testChain({ chainId: 31_341 }))
  const agents = await AgentChain.on(contracts)
  await agents.registerAgents()
  for (let step = 0; step < 30; step++) await agents.giveFeedback(step)
  await agents.pay()
  const splits = await SplitsChain.on(contracts)
  for (const split of Object.values(splits.split)) {
    await splits.pay(split, splits.at.coin.address, 10n ** 18n + 7n)
    await splits.distribute(split, splits.at.coin.address)
  }
  await splits.play(60)
  const eas = await EasChain.on(contracts)
  const layout = 'string model, bytes32 proof'
  const schema = await eas.register(layout)
  const [ann, ben] = eas.people as [Hex, Hex]
  const data = encodeAbiParameters(parseAbiParameters(layout), ['eip155:31341/erc8004:0', schema])
  const uid = await eas.attest({ from: ann, schema, data })
  await eas.attest({ from: ben, schema, data, refUID: uid, expires: 2n ** 40n })
  await eas.revoke(ann, schema, uid)
  const { warehouse, pullFactory, pushFactory } = splits.at
  const { identityRegistry, reputationRegistry, paymentToken } = agents.config as Record<string, string>
  await record('standards', 31_341, contracts.chain, {
    // Those that have logs: a replay has no other contracts.
    erc8004: { firstBlock: 0, contracts: { identityRegistry, reputationRegistry, paymentToken } },
    splits: {
      firstBlock: 0,
      contracts: { warehouse: warehouse.address, splitFactory: [pullFactory.address, pushFactory.address] },
      models: {
        [splits.split.pull]: 'eip155:31341/erc8004:0',
        [splits.split.nested]: 'eip155:31341/erc8004:1',
        [splits.split.push]: 'eip155:31341/erc8004:3',
      },
    },
    eas: { firstBlock: 0, contracts: { eas: eas.eas.address }, schemas: { [schema]: layout } },
  })
}

/** So that it ends in January 2026. */
const BEGIN_VIRTUALS = Date.UTC(2024, 3, 24)

async function main(): Promise<void> {
  const restaked = await RestakedChain.start(7, 31_339, Date.UTC(2026, 0, 3))
  await restaked.play(160, 4 * 3600)
  await record('eigenlayer', 31_339, restaked.driven.chain, {
    eigenlayer: { firstBlock: 0, contracts: restaked.contracts },
  })
  const virtuals = await VirtualsChain.start(5, 31_340, BEGIN_VIRTUALS)
  await virtuals.play(90)
  await virtuals.play(50, 10 * 3600)
  await record('virtuals', 31_340, virtuals.driven.chain, {
    virtuals: { firstBlock: 0, contracts: virtuals.at },
  })
  await recordStandards()
}

void main()
