import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { createGunzip } from 'node:zlib'
import { HttpFault, NoAnswer } from './rpcFault'

/** An answer beyond this is more than one should ask for at once, and than a string holds. */
const MOST_BYTES = 256_000_000

interface Options {
  url: string
  /** requests on their way at a time; more wait */
  capacity: number
  /** longest time from a request's first byte to its answer's last, ms */
  timeoutMs: number
}

/**
 * POSTs JSON to one URL. On node's own client: `fetch` refuses ports that browsers do, names whole URLs in its errors,
 * and has no limit on connections. Uses no proxy from the environment.
 */
export class HttpTransport {
  private readonly agent: http.Agent
  private readonly url: URL

  constructor(private readonly options: Options) {
    this.url = new URL(options.url)
    const secure = this.url.protocol === 'https:'
    this.agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: options.capacity })
  }

  /**
   * The answer's JSON.
   *
   * @throws HttpFault where the status is no success, NoAnswer where nothing that makes sense comes
   */
  async post(body: string, signal?: AbortSignal): Promise<unknown> {
    const { status, headers, text } = await this.exchange(body, signal)
    if (status < 200 || status > 299) throw new HttpFault(status, headers['retry-after'], parsed(text))
    const json = parsed(text)
    if (json === undefined) throw new NoAnswer(`answers by ${describe(headers, text)}, which is no JSON`)
    return json
  }

  close(): void {
    this.agent.destroy()
  }

  /** Once more where a connection that was kept open turns out to be closed: the server did not read the request. */
  private async exchange(body: string, signal?: AbortSignal): Promise<Exchange> {
    try {
      return await this.once(body, signal)
    } catch (error) {
      if (!(error instanceof NoAnswer) || !error.reused || signal?.aborted) throw error
      return await this.once(body, signal)
    }
  }

  private once(body: string, signal?: AbortSignal): Promise<Exchange> {
    const { timeoutMs } = this.options
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined
      const request = (this.url.protocol === 'https:' ? https : http).request(this.url, {
        method: 'POST',
        agent: this.agent,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'accept-encoding': 'gzip',
        },
      })
      const fail = (error: Error) => {
        clearTimeout(timer)
        reject(
          error instanceof NoAnswer
            ? error
            : signal?.aborted
              ? new NoAnswer('no answer in time', { late: true })
              : new NoAnswer(reasonOf(error), { reused: request.reusedSocket && isReset(error) }),
        )
      }
      // A request that waits for a connection is not late yet.
      request.once('socket', () => {
        timer = setTimeout(
          () => request.destroy(new NoAnswer(`no answer in ${timeoutMs / 1000} s`, { late: true })),
          timeoutMs,
        )
      })
      request.once('error', fail)
      request.once('response', response => {
        readAll(response).then(text => {
          clearTimeout(timer)
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        }, fail)
      })
      request.end(body)
    })
  }
}

interface Exchange {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

async function readAll(response: IncomingMessage): Promise<string> {
  const compressed = response.headers['content-encoding'] === 'gzip'
  const body = compressed ? response.pipe(createGunzip()) : response
  if (compressed) response.once('error', error => body.destroy(error))
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of body) {
    parts.push(part as Buffer)
    bytes += (part as Buffer).length
    if (bytes > MOST_BYTES) {
      response.destroy()
      throw new NoAnswer(`response size exceeds ${MOST_BYTES} bytes`, { late: true })
    }
  }
  return Buffer.concat(parts).toString()
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describe(headers: http.IncomingHttpHeaders, text: string): string {
  if (text.length === 0) return 'nothing'
  return (headers['content-type'] ?? 'a body').split(';')[0]!
}

function isReset(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** A name with several addresses fails with an error for each, and with none of its own. */
function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined
  return error.message || first?.message || (error as NodeJS.ErrnoException).code || error.name
}
