/** Serves recorded logs as a JSON-RPC chain over HTTP, for tests, demos, and bugs that a log dump shows. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { failure, respond } from './jsonRpc'
import { loadRecording } from './recording'
import { ReplayChain } from './replayChain'
import { ReplayError } from './replayError'
import { INVALID_REQUEST, RpcError } from './rpcError'
import { answer, type ReplayView } from './rpcMethods'

export type ReplayOptions = {
  /** JSONL; several are one recording. */
  files: readonly string[]
  /** Default: the one that the recording names. */
  chainId?: number
  /** Default: a free one. */
  port?: number
  /** Default: 127.0.0.1. */
  host?: string
  /** The head starts at the first recorded block and moves on at this rate; without it, it is at the end. */
  pacing?: {
    blocksPerSecond: number
    /** When the head was at the first recorded block (ms since 1970): a later start goes on from there. Default: now. */
    startedAt?: number
  }
  /** Empty blocks after the last recorded one; `Infinity` with pacing goes on for ever. Default: 0. */
  tailBlocks?: number
  /** Seconds between blocks that the recording has no times for. Default: 2. */
  blockTime?: number
  /** Time of block 0 (seconds since 1970) if the recording has no times. Default: 2025-01-01T00:00:00Z. */
  genesisTime?: number
  /** Blocks from the `finalized` one to the head. Default: 0, since what is recorded is not undone. */
  finalityDepth?: number
  /** See `ReplayView`. Default: 100,000 blocks, 10,000 logs. */
  maxBlockRange?: number
  maxResults?: number
}

export type Replay = {
  url: string
  port: number
  chainId: number
  firstBlock: number
  lastBlock: number
  /** The height served now. */
  head(): number
  stop(): Promise<void>
}

/** Of a request's body: a batch of a thousand calls with long filters fits. */
const MAX_BODY_BYTES = 5 * 1024 * 1024

/** Loads the recording and listens. Throws a `ReplayError` that names the file and line, or the option, at fault. */
export async function replayServer(options: ReplayOptions): Promise<Replay> {
  requireSensible(options)
  const recording = await loadRecording(options.files)
  const chainId = chainIdOf(options.chainId, recording.chainId)
  const clock = {
    genesisTime: options.genesisTime ?? Date.UTC(2025, 0, 1) / 1000,
    blockTime: options.blockTime ?? 2,
  }
  const chain = new ReplayChain(chainId, recording, clock)
  const lastBlock = chain.lastRecorded + (options.tailBlocks ?? 0)
  const head = headOf(chain.firstRecorded, lastBlock, options.pacing)
  const view = (): ReplayView => {
    const at = head()
    return {
      chain,
      head: at,
      finalized: Math.max(0, at - (options.finalityDepth ?? 0)),
      maxBlockRange: options.maxBlockRange ?? 100_000,
      maxResults: options.maxResults ?? 10_000,
    }
  }
  const server = createServer((request, response) => {
    serve(request, response, view).catch(() => response.destroy())
  })
  const { port, url } = await listen(server, options)
  return {
    url,
    port,
    chainId,
    firstBlock: chain.firstRecorded,
    lastBlock,
    head,
    async stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function requireSensible({ pacing, tailBlocks = 0, files }: ReplayOptions): void {
  if (files.length === 0) throw new ReplayError('no recording is given', 'name at least one JSONL file')
  if (pacing && !(pacing.blocksPerSecond > 0)) {
    throw new ReplayError(
      `blocksPerSecond is ${pacing.blocksPerSecond}`,
      'give a number above 0, such as 0.5',
    )
  }
  if (!pacing && !Number.isFinite(tailBlocks)) {
    throw new ReplayError(
      'tailBlocks is without end, but the replay is not paced',
      'give blocksPerSecond too',
    )
  }
}

function chainIdOf(asked: number | undefined, recorded: number | undefined): number {
  if (asked !== undefined && recorded !== undefined && asked !== recorded) {
    throw new ReplayError(
      `the recording is of chain ${recorded}, not ${asked}`,
      `serve it with chain id ${recorded}, or without one`,
    )
  }
  const chainId = asked ?? recorded
  if (chainId !== undefined && Number.isSafeInteger(chainId) && chainId > 0) return chainId
  throw new ReplayError(
    chainId === undefined ? 'the recording does not say which chain it is of' : `the chain id is ${chainId}`,
    'give the chain id, such as --chain-id 1514',
  )
}

/** Never falls, even if the machine's clock is set back: a chain whose head falls looks like a reorganisation. */
function headOf(first: number, last: number, pacing: ReplayOptions['pacing']): () => number {
  if (!pacing) return () => last
  const startedAt = pacing.startedAt ?? Date.now()
  let highest = Math.min(first, last)
  return () => {
    const passed = Math.max(0, Date.now() - startedAt) / 1000
    highest = Math.max(highest, Math.min(last, first + Math.floor(passed * pacing.blocksPerSecond)))
    return highest
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  view: () => ReplayView,
): Promise<void> {
  if (request.method !== 'POST') {
    response.writeHead(405, { allow: 'POST', 'content-type': 'text/plain' })
    response.end('This is a JSON-RPC server: send requests by POST.\n')
    return
  }
  const text = await readBody(request)
  if (text === undefined) {
    const error = new RpcError(INVALID_REQUEST, `the request is larger than ${MAX_BODY_BYTES} bytes`)
    // The rest of the body stays unread, so the connection cannot be used again.
    response.writeHead(413, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(failure(null, error)))
    return
  }
  const now = view()
  const answered = respond(text, (method, params) => answer(now, method, params))
  if (answered === undefined) {
    response.writeHead(204).end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(answered)
}

/** Undefined if it is too large; what is left of it is then not read. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size > MAX_BODY_BYTES) {
        request.pause()
        resolve(undefined)
      }
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('error', reject)
  })
}

async function listen(server: Server, { port = 0, host = '127.0.0.1' }: ReplayOptions) {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
  } catch (cause) {
    throw new ReplayError(
      `cannot listen on ${host}:${port}: ${(cause as Error).message}`,
      'stop what uses the port, or choose another',
      { cause },
    )
  }
  const bound = (server.address() as AddressInfo).port
  return { port: bound, url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}` }
}
