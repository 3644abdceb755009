import type { Pool } from 'pg'
import { type OpenSnapshot, openSnapshot } from '../postgres/snapshot'
import { StatementTimeoutError } from '../postgres/snapshotError'
import { StatementError, type StatementErrorCode } from './errors'
import { formats, isFormat } from './formats'
import { parseHeight } from './request'
import { buildStatement, type Statement } from './statement'

export interface StatementsHandlerOptions {
  pool: Pool
  /** longest time for one SQL statement, ms; a client that reads slower than a batch in that time is cut off */
  timeoutMs: number
  /** downloads at once, each of which holds a connection of the pool; more are answered 503. Default 4 */
  maxConcurrent?: number
  /** told of errors that the answer masks */
  onError?: (error: unknown) => void
}

const STATUS: Partial<Record<StatementErrorCode, number>> = {
  BAD_ACCOUNT: 400,
  BAD_PARAMETER: 400,
  BAD_DATE: 400,
  BAD_HEIGHT: 400,
  UNKNOWN_ACCOUNT: 404,
  NOTHING_INDEXED: 503,
}
/** well formed, but cannot be answered */
const UNPROCESSABLE = 422
const PATH = /\/statements\/([^/]+)\.([a-z]+)$/
const PARAMETERS = new Set(['from', 'to', 'asOf'])

/**
 * `GET /statements/<account>.csv|.json?from=…&to=…[&asOf=<chain>@<height>]…`, streamed. All that can be wrong with
 * a request is found before the first byte; a stream that ends without its `sha256` is cut off.
 */
export function statementsHandler(
  options: StatementsHandlerOptions,
): (request: Request) => Promise<Response> {
  let open = 0
  return async request => {
    if (request.method !== 'GET') {
      return problem(405, 'METHOD', `method ${request.method}`, 'use GET', { allow: 'GET' })
    }
    const url = new URL(request.url)
    const [, account, format] = PATH.exec(url.pathname) ?? []
    if (!account || !isFormat(format)) {
      const known = Object.keys(formats).map(name => `.${name}`)
      return problem(
        404,
        'NOT_FOUND',
        `no statement at ${url.pathname}`,
        `end the account in ${known.join(' or ')}`,
      )
    }
    if (open >= (options.maxConcurrent ?? 4)) {
      return problem(503, 'BUSY', `${open} statements are being downloaded`, 'try again in a few seconds', {
        'retry-after': '5',
      })
    }
    open++
    let snapshot: OpenSnapshot | undefined
    const close = async () => {
      open--
      await snapshot?.close()
    }
    try {
      const input = { account: decode(account), ...parameters(url.searchParams) }
      snapshot = await openSnapshot(options.pool, options)
      const statement = await buildStatement(snapshot, input)
      return new Response(bodyOf(formats[format].render(statement), close), {
        headers: {
          'content-type': formats[format].contentType,
          'content-disposition': `attachment; filename="${fileName(statement)}.${format}"`,
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        },
      })
    } catch (error) {
      await close()
      return answerTo(error, options)
    }
  }
}

/** Pulls a chunk when the client has room for it, and closes when the stream ends, fails or is no longer wanted. */
function bodyOf(chunks: AsyncGenerator<string>, close: () => Promise<void>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let closed: Promise<void> | undefined
  const closeOnce = () => (closed ??= close())
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next()
          if (!done) return controller.enqueue(encoder.encode(value))
          await closeOnce()
          controller.close()
        } catch (error) {
          await closeOnce()
          throw error
        }
      },
      async cancel() {
        await closeOnce()
      },
    },
    { highWaterMark: 1 },
  )
}

function parameters(query: URLSearchParams) {
  for (const name of query.keys()) {
    if (!PARAMETERS.has(name)) {
      throw new StatementError(
        'BAD_PARAMETER',
        `parameter ${JSON.stringify(name)}`,
        'give from, to and asOf only',
      )
    }
  }
  const asOf = query.getAll('asOf').map(parseHeight)
  return { from: query.get('from') ?? '', to: query.get('to') ?? '', asOf }
}

function decode(account: string): string {
  try {
    return decodeURIComponent(account)
  } catch {
    return account // refused as no account, with the reason
  }
}

function fileName({ account, from, to }: Statement): string {
  const day = (time: Date) => time.toISOString().slice(0, 10)
  return `royalties_${account.replaceAll(':', '-')}_${day(from)}_${day(to)}`
}

function answerTo(error: unknown, { onError }: StatementsHandlerOptions): Response {
  if (error instanceof StatementError) {
    return problem(STATUS[error.code] ?? UNPROCESSABLE, error.code, error.problem, error.fix)
  }
  onError?.(error)
  if (error instanceof StatementTimeoutError) {
    return problem(504, 'TIMEOUT', 'the statement took too long', 'ask again, or for one chain alone')
  }
  return problem(500, 'INTERNAL', 'the statement could not be made', 'see the log of the server')
}

function problem(
  status: number,
  code: string,
  message: string,
  fix: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ error: { code, message, fix } }, { status, headers })
}
