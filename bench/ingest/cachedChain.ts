/** Chains full of logs, made once: later runs load anvil's state from node_modules/.cache. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { packageRoot } from '../../src/config/packageRoot'
import { type Anvil, startAnvil } from '../../src/sandbox/anvil'
import { JsonRpc } from '../../src/sandbox/jsonRpc'
import { say } from '../report'
import { type ChainShape, fillChain, type LogChain } from './logChain'

const CACHE = path.join(packageRoot, 'node_modules/.cache/provenance-graph/bench')
const CHAIN_ID = 31337

/** An anvil that serves such a chain; the caller stops it. */
export async function serveLogChain(
  shape: ChainShape,
): Promise<LogChain & { chainId: number; anvil: Anvil }> {
  const name = `${shape.blocks}x${shape.logsPerBlock}-${digest()}`
  const stateFile = path.join(CACHE, `${name}.state.json`)
  const noteFile = path.join(CACHE, `${name}.chain.json`)
  if (!existsSync(noteFile)) await make(shape, stateFile, noteFile)
  const anvil = await startAnvil({ chainId: CHAIN_ID, extraArgs: ['--load-state', stateFile] })
  return { ...(JSON.parse(readFileSync(noteFile, 'utf8')) as LogChain), chainId: CHAIN_ID, anvil }
}

async function make(shape: ChainShape, stateFile: string, noteFile: string): Promise<void> {
  say(`making a chain of ${shape.blocks} blocks with ${shape.logsPerBlock} logs each (kept in ${CACHE}) …`)
  mkdirSync(CACHE, { recursive: true })
  // Past states are of no use to an indexer.
  const anvil = await startAnvil({
    chainId: CHAIN_ID,
    timestamp: Date.UTC(2026, 0, 1) / 1000,
    extraArgs: ['--prune-history'],
  })
  try {
    const chain = await fillChain(anvil.url, shape)
    const dump = await new JsonRpc(anvil.url).call<string>('anvil_dumpState')
    write(stateFile, gunzipSync(Buffer.from(dump.slice(2), 'hex')))
    write(noteFile, JSON.stringify(chain)) // last: its presence says that both are whole
  } finally {
    await anvil.stop()
  }
}

function write(file: string, content: string | Buffer): void {
  writeFileSync(`${file}.partial`, content)
  renameSync(`${file}.partial`, file)
}

/** Of all that decides what the chain holds. */
function digest(): string {
  const hash = createHash('sha256')
  const contracts = path.join(packageRoot, 'src/sandbox/contracts')
  const files = [
    path.join(__dirname, 'logChain.ts'),
    path.join(__dirname, 'Batcher.sol'),
    path.join(packageRoot, 'node_modules/@foundry-rs/anvil/package.json'),
    ...readdirSync(contracts).map(file => path.join(contracts, file)),
  ]
  for (const file of files.sort()) hash.update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}
