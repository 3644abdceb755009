import type { Pool } from 'pg'
import { problem } from '../http/problem'
import { withSnapshot } from '../postgres/snapshot'
import { StatementTimeoutError } from '../postgres/snapshotError'
import { ExportError } from './exportError'
import { FORMATS, formatOf } from './formats'
import { lineageDocument } from './lineageDocument'

/** Exports made at once, each of which holds a connection; more are answered 503. */
const MOST_AT_ONCE = 4

/** `GET /lineage/<model>.<format>`: what a model was made from, as one file. The id may be percent-encoded. */
export function exportsHandler(options: {
  pool: Pool
  /** longest time for one SQL statement, ms */
  timeoutMs: number
}): (request: Request) => Promise<Response> {
  let making = 0
  return async request => {
    if (request.method !== 'GET')
      return problem(405, 'METHOD', `method ${request.method}`, 'use GET', { allow: 'GET' })
    if (making >= MOST_AT_ONCE)
      return problem(503, 'BUSY', `${making} exports are being made`, 'try again in some seconds', {
        'retry-after': '5',
      })
    making++
    try {
      const { model, name } = parsed(new URL(request.url).pathname)
      const format = formatOf(name)
      const document = await withSnapshot(options.pool, options, db => lineageDocument(db, model))
      const file = `${document.models[0]!.id.replace(/[^\w.-]+/g, '-').slice(-100)}.${name}`
      return new Response(format.write(document), {
        headers: {
          'content-type': format.contentType,
          'content-disposition': `attachment; filename="${file}"`,
          'cache-control': 'no-store',
        },
      })
    } catch (error) {
      return answerTo(error)
    } finally {
      making--
    }
  }
}

/** The id of a model has points, the name of a format begins after the last that begins one. */
function parsed(path: string): { model: string; name: string } {
  const rest = path.slice('/lineage/'.length)
  const name = Object.keys(FORMATS).find(one => rest.endsWith(`.${one}`))
  if (!name) return { model: '', name: /\.([^./]+)$/.exec(rest)?.[1] ?? rest }
  const model = rest.slice(0, -name.length - 1)
  try {
    return { model: decodeURIComponent(model), name }
  } catch {
    return { model, name }
  }
}

const STATUS: Record<ExportError['code'], number> = {
  MALFORMED_ID: 400,
  UNKNOWN_MODEL: 404,
  UNKNOWN_FORMAT: 404,
}

/** What the asker cannot mend is whoever's who serves us. */
function answerTo(error: unknown): Response {
  if (error instanceof ExportError) return problem(STATUS[error.code], error.code, error.problem, error.fix)
  if (error instanceof StatementTimeoutError)
    return problem(
      504,
      'TIMEOUT',
      'the lineage took too long to read',
      'ask again, or lineage() of the API, page by page',
    )
  throw error
}
