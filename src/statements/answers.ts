import { problem } from '../http/problem'
import { StatementTimeoutError } from '../postgres/snapshotError'
import { StatementError, type StatementErrorCode } from './errors'
import { SpoolFullError } from './spool'
import { Unwanted } from './whileWanted'

const STATUS: Partial<Record<StatementErrorCode, number>> = {
  BAD_ACCOUNT: 400,
  BAD_PARAMETER: 400,
  BAD_DATE: 400,
  BAD_HEIGHT: 400,
  UNKNOWN_ACCOUNT: 404,
  NOTHING_INDEXED: 503,
  NOT_DESCRIBED: 503,
}
/** well formed, but cannot be answered */
const UNPROCESSABLE = 422

/** The HTTP answer to what went wrong; what the asker cannot mend is told to `onError`, and masked. */
export function answerTo(error: unknown, onError?: (error: unknown) => void): Response {
  if (error instanceof StatementError) {
    return problem(STATUS[error.code] ?? UNPROCESSABLE, error.code, error.problem, error.fix)
  }
  if (error instanceof SpoolFullError) return busy('many large statements wait for their readers')
  if (error instanceof Unwanted) {
    // Nobody reads the answer where the client has gone.
    const status = error.late ? 504 : 499
    return problem(status, 'TIMEOUT', error.message, 'ask for a shorter time, or for one chain alone')
  }
  onError?.(error)
  if (error instanceof StatementTimeoutError) {
    return problem(504, 'TIMEOUT', 'the statement took too long', 'ask again, or for one chain alone')
  }
  return problem(500, 'INTERNAL', 'the statement could not be made', 'see the log of the server')
}

export function busy(why: string): Response {
  return problem(503, 'BUSY', why, 'try again in a few seconds', { 'retry-after': '5' })
}
