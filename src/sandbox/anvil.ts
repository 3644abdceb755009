/** A local EVM chain: Foundry's anvil, from its npm package. */
import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { type Child, startChild } from './childProcess'
import { requireFreePort } from './freePort'
import { LaunchError } from './launchError'

export type AnvilOptions = {
  chainId: number
  /** Default: a free one. */
  port?: number
  /** Of the genesis block, in seconds since 1970; a resumed chain keeps its own. Default: now. */
  timestamp?: number
  /** Seconds between blocks. Default: a block for each transaction. */
  blockTime?: number
  /** The chain is loaded from this file if it exists, and saved to it every 15 s and at the end. */
  stateFile?: string
  extraArgs?: readonly string[]
}

export type Anvil = {
  /** JSON-RPC over HTTP. */
  url: string
  wsUrl: string
  port: number
  /** Anvil's own. */
  pid: number
  stop(): Promise<void>
}

const STATE_INTERVAL_SECONDS = 15
const READY_WITHIN_MS = 60_000

/** Starts anvil on the loopback interface and waits until it answers for the chain. */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const command = anvilBinary()
  const wanted = options.port ? await requireFreePort(options.port, 'anvil') : 0
  let listens = (_: number) => {}
  const listening = new Promise<number>(resolve => {
    listens = resolve
  })
  if (options.stateFile) mkdirSync(path.dirname(path.resolve(options.stateFile)), { recursive: true })
  const child = await startChild({
    name: 'anvil',
    command,
    args: argumentsOf(options, wanted),
    onLine: line => {
      const said = /^Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1]
      if (said) listens(Number(said))
    },
    // A loaded chain is written whole; a long one takes seconds.
    stopSteps: [['SIGTERM', 12_000]],
    pidFile: options.stateFile ? `${options.stateFile}.pid` : undefined,
  })
  try {
    const port = await portOf(child, listening, options)
    const url = `http://127.0.0.1:${port}`
    await quieten(url)
    return { url, wsUrl: `ws://127.0.0.1:${port}`, port, pid: child.pid, stop: () => child.stop() }
  } catch (error) {
    await child.stop()
    throw error
  }
}

function argumentsOf(options: AnvilOptions, port: number): string[] {
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(options.chainId)]
  if (options.timestamp !== undefined) args.push('--timestamp', String(options.timestamp))
  if (options.blockTime !== undefined) args.push('--block-time', String(options.blockTime))
  if (options.stateFile) {
    args.push('--state', path.resolve(options.stateFile), '--state-interval', String(STATE_INTERVAL_SECONDS))
  }
  return [...args, ...(options.extraArgs ?? [])]
}

/** The port that it says it listens on, at which then nobody else can be. */
async function portOf(child: Child, listening: Promise<number>, options: AnvilOptions): Promise<number> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(() => resolve('late'), READY_WITHIN_MS)
  })
  const outcome = await Promise.race([listening, child.exited, late])
  clearTimeout(timer)
  if (typeof outcome === 'number') return outcome
  if (outcome === 'late') {
    throw new LaunchError(
      `anvil does not listen after ${READY_WITHIN_MS / 1000} s\n${child.tail()}`,
      'check that the machine is not out of memory or processor time',
    )
  }
  const fix = options.stateFile
    ? `if ${options.stateFile} is damaged, delete it and start over with a new chain`
    : 'see the lines above'
  throw new LaunchError(`anvil ended at once (code ${outcome.code ?? outcome.signal})\n${child.tail()}`, fix)
}

/** It would print some lines for every request and block; with --quiet it would not say its port either. */
async function quieten(url: string): Promise<void> {
  await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'anvil_setLoggingEnabled', params: [false] }),
  }).then(response => response.text())
}

/** The platform's binary itself: npm's `anvil` is a Node script around it, whose pid is not the chain's. */
function anvilBinary(): string {
  const platform = process.platform === 'win32' ? 'win32' : process.platform
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const name = `@foundry-rs/anvil-${platform}-${arch}`
  const file = process.platform === 'win32' ? 'anvil.exe' : 'anvil'
  try {
    // Asked from the package that depends on it: not every package manager puts it where we could see it.
    const ofAnvil = createRequire(require.resolve('@foundry-rs/anvil/package.json'))
    const binary = path.join(path.dirname(ofAnvil.resolve(`${name}/package.json`)), 'bin', file)
    const { mode } = statSync(binary)
    if (process.platform !== 'win32' && (mode & 0o111) === 0) chmodSync(binary, 0o755)
    return binary
  } catch (cause) {
    throw new LaunchError(
      `anvil: no binary for ${process.platform} ${process.arch} (npm package ${name})`,
      'run `npm ci` without --omit=optional; or give the chain an RPC URL of a node of your own',
      { cause },
    )
  }
}
