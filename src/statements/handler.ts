import type { Pool } from 'pg'
import { problem } from '../http/problem'
import { openSnapshot } from '../postgres/snapshot'
import type { Policies } from '../prices/policy'
import { answerTo, busy } from './answers'
import { fileName } from './fileName'
import type { Chosen, Format } from './formats/format'
import { formatNamed, knownFormats } from './formats/registry'
import { parametersOf } from './parameters'
import type { StatementInput } from './request'
import { SealedStatement } from './seal/sealedStatement'
import type { Signer } from './seal/signature'
import { Spool, SpoolSpace } from './spool'
import { buildStatement } from './statement'
import { whileWanted } from './whileWanted'

export interface StatementsHandlerOptions {
  pool: Pool
  /** longest time for one SQL statement, ms */
  timeoutMs: number
  /** statements made at once, each of which holds a connection of the pool; more are answered 503. Default 4 */
  maxConcurrent?: number
  /** who signs the statements; absent: nobody */
  signer?: Signer
  /** where prices are from; absent: statements have none */
  prices?: Policies
  /** told of errors that the answer masks */
  onError?: (error: unknown) => void
}

/** What may wait on the disk to be read, bytes. */
const SPOOL_BYTES = 2 * 1024 ** 3
/** In how long a client must have read it, ms: a minute, and what a slow line needs. */
const readingMs = (bytes: number) => 60_000 + bytes / 50

const PATH = /\/statements\/([^/.]+)\.([a-z.]+)$/

/**
 * `GET /statements/<account>.<format>?from=…&to=…[&asOf=<chain>@<height>]…`. A statement is made whole before its
 * first byte is sent: no client's pace holds a snapshot or a place among those that are made, and all that can be wrong
 * is known by then.
 */
export function statementsHandler(
  options: StatementsHandlerOptions,
): (request: Request) => Promise<Response> {
  const space = new SpoolSpace(SPOOL_BYTES)
  let making = 0
  return async request => {
    if (request.method !== 'GET') {
      return problem(405, 'METHOD', `method ${request.method}`, 'use GET', { allow: 'GET' })
    }
    const url = new URL(request.url)
    const [, account, extension] = PATH.exec(url.pathname) ?? []
    const format = formatNamed(extension)
    if (!account || !extension || !format) {
      const fix = `end the account in ${knownFormats('.')}`
      return problem(404, 'NOT_FOUND', `no statement at ${url.pathname.slice(0, 200)}`, fix)
    }
    if (making >= (options.maxConcurrent ?? 4)) return busy(`${making} statements are being made`)
    making++
    try {
      const { input, chosen } = parametersOf(url.searchParams, format)
      const asked = { input: { account: decode(account), ...input }, format, chosen }
      const made = await whileWanted(request.signal, signal => make(asked, space, options, signal))
      return new Response(bodyOf(made.spool, request.signal), {
        headers: {
          'content-type': format.contentType,
          'content-length': String(made.spool.bytes),
          'content-disposition': `attachment; filename="${fileName(made.sealed.head, extension, chosen)}"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
          ...(await headersOf(made.sealed)),
        },
      })
    } catch (error) {
      return answerTo(error, options.onError)
    } finally {
      making--
    }
  }
}

interface Asked {
  input: StatementInput
  format: Format
  chosen: Chosen
}

async function make(
  { input, format, chosen }: Asked,
  space: SpoolSpace,
  options: StatementsHandlerOptions,
  signal: AbortSignal,
): Promise<{ spool: Spool; sealed: SealedStatement }> {
  signal.throwIfAborted()
  const snapshot = await openSnapshot(options.pool, options)
  // Cancels the statement that runs; whoever waits for it is told that the snapshot is closed.
  const close = () => void snapshot.close()
  signal.addEventListener('abort', close)
  try {
    signal.throwIfAborted()
    const sealed = new SealedStatement(await buildStatement(snapshot, input, options.prices), options.signer)
    return { spool: await Spool.of(format.render(sealed, chosen), space), sealed }
  } finally {
    signal.removeEventListener('abort', close)
    await snapshot.close()
  }
}

/** For formats that have no place for them: whoever made the file has read all lines by now. */
async function headersOf(sealed: SealedStatement): Promise<Record<string, string>> {
  const { merkleRoot, sha256 } = await sealed.seal()
  const { number, complete } = sealed.head
  return {
    'x-statement-number': number,
    'x-statement-complete': `${complete}`,
    'x-statement-merkle-root': merkleRoot,
    'x-statement-sha256': sha256,
  }
}

/** Gives a piece when the client has room for it; closes when it has all, goes away, or takes too long. */
function bodyOf(spool: Spool, client: AbortSignal): ReadableStream<Uint8Array> {
  const pieces = spool.read()
  let timer: NodeJS.Timeout | undefined
  const close = async () => {
    clearTimeout(timer)
    client.removeEventListener('abort', close)
    await spool.close()
  }
  return new ReadableStream(
    {
      async start(controller) {
        timer = setTimeout(() => {
          controller.error(new Error('the client reads too slowly'))
          void close()
        }, readingMs(spool.bytes))
        client.addEventListener('abort', close)
        if (client.aborted) await close()
      },
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (!done) return controller.enqueue(value)
          await close()
          controller.close()
        } catch (error) {
          await close()
          throw error
        }
      },
      cancel: close,
    },
    { highWaterMark: 1 },
  )
}

function decode(account: string): string {
  try {
    return decodeURIComponent(account)
  } catch {
    return account // refused as no account, with the reason
  }
}
