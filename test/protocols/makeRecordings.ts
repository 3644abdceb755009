import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import type { TestChain } from '../fixtures/chain'
import { RestakedChain } from './eigenlayer/restakedChain'
import { VirtualsChain } from './virtuals/virtualsChain'

/**
 * Makes src/sandbox/recordings/eigenlayer.jsonl and virtuals.jsonl anew: `npx tsx test/protocols/makeRecordings.ts`, after
 * `npm run build`. The addresses are always the same: config/replays.yaml has them. Both end in January 2026, as what
 * `npm start` plays: a page of the last 30 days shows them all. Virtuals' locks take two years before.
 */

const root = resolve(__dirname, '../..')

async function record(
  name: string,
  id: number,
  chain: TestChain,
  contracts: Record<string, string>,
): Promise<void> {
  await chain.rpc('anvil_mine', [2])
  const config = join(mkdtempSync(join(tmpdir(), 'recording-')), 'config.yaml')
  const protocols = { [name]: { firstBlock: 0, contracts } }
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
  console.log(stringify({ [name]: contracts }))
  await chain.close()
}

/** So that it ends in January 2026. */
const BEGIN_VIRTUALS = Date.UTC(2024, 3, 24)

async function main(): Promise<void> {
  const restaked = await RestakedChain.start(7, 31_339, Date.UTC(2026, 0, 3))
  await restaked.play(160, 4 * 3600)
  await record('eigenlayer', 31_339, restaked.driven.chain, restaked.contracts)
  const virtuals = await VirtualsChain.start(5, 31_340, BEGIN_VIRTUALS)
  await virtuals.play(90)
  await virtuals.play(50, 10 * 3600)
  await record('virtuals', 31_340, virtuals.driven.chain, virtuals.at)
}

void main()
