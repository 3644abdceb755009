import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { SnapshotVersions } from '../../postgres/snapshotVersion'
import type { ApiMetrics } from '../metrics'
import { type KeptAnswers, MOST_BYTES_EACH } from './keptAnswers'

export interface MemoryOptions {
  answers: KeptAnswers
  versions: Pick<SnapshotVersions, 'current'>
  metrics: ApiMetrics
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** Longer questions are rarely asked twice. */
const MOST_QUESTION_BYTES = 64 * 1024

/** Requests whose answer is written down as it is sent: request -> what is known of it. */
const recordings = new WeakMap<object, { version?: string | null }>()

/** Says that the answer to a request may be kept: no error, no clock, and nothing but what this snapshot saw is in it. */
export function mayBeKept(request: object | undefined, version: string | null): void {
  const recording = request && recordings.get(request)
  if (recording) recording.version = version
}

/**
 * Answers a question that was asked before from memory, as long as nothing at all was committed since: the database is
 * asked for that after the question has come. So an answer is as true as one that is worked out anew. All else goes on to
 * `next`.
 */
export function answerFromMemory(options: MemoryOptions, next: Handler): Handler {
  return async (request, response) => {
    if (!isPlainQuestion(request)) return next(request, response)
    const body = await textOf(request)
    const question = `${request.headers.accept}\n${request.headers.origin}\n${request.headers['content-type']}\n${body}`
    const kept = options.answers.get(question)
    if (kept && (kept.version === null || kept.version === (await options.versions.current()))) {
      options.metrics.answeredFromMemory()
      response.writeHead(200, kept.headers)
      return response.end(kept.body)
    }
    record(request, response, question, options.answers)
    // Where Yoga's server looks for a body that somebody else has read.
    return next(Object.assign(request, { body }), response)
  }
}

function isPlainQuestion({ method, url, headers }: IncomingMessage): boolean {
  const bytes = Number(headers['content-length'])
  return (
    method === 'POST' &&
    url === '/graphql' &&
    bytes > 0 &&
    bytes <= MOST_QUESTION_BYTES &&
    headers['content-encoding'] === undefined
  )
}

/** Never, where the client goes away before it has said all. */
function textOf(request: IncomingMessage): Promise<string> {
  return new Promise(resolve => {
    const pieces: Buffer[] = []
    request.on('data', piece => pieces.push(piece))
    request.on('end', () => resolve((pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString()))
  })
}

/** Writes down what is sent; keeps it if it has gone out and was said to be fit for that. */
function record(
  request: IncomingMessage,
  response: ServerResponse,
  question: string,
  answers: KeptAnswers,
): void {
  const recording: { version?: string | null } = {}
  recordings.set(request, recording)
  const pieces: Buffer[] = []
  let bytes = 0
  let headers: OutgoingHttpHeaders = {}
  const { write, writeHead } = response
  // Node does not tell headers that are given with the status.
  const headed = (status: number, reason: string, given?: OutgoingHttpHeaders): ServerResponse => {
    headers = { ...response.getHeaders(), ...given }
    return (writeHead as typeof headed).call(response, status, reason, given)
  }
  response.writeHead = headed as typeof writeHead
  const tapped = (piece: string | Buffer, ...rest: [BufferEncoding]) => {
    bytes += piece.length
    if (recording.version !== undefined && bytes <= MOST_BYTES_EACH) pieces.push(Buffer.from(piece as string))
    return write.call(response, piece, ...rest)
  }
  response.write = tapped as typeof write
  response.once('finish', () => {
    const { version } = recording
    if (version === undefined || response.statusCode !== 200 || bytes > MOST_BYTES_EACH || bytes === 0) return
    answers.set(question, { version, headers, body: Buffer.concat(pieces) })
  })
}
