import { join } from 'node:path'
import { packageRoot } from '../../config/packageRoot'
import { readDashboard, type ServedFile } from './files'

/** Pages of the dashboard: one document, which shows what its address says. */
const PAGES = new Set(['/', '/status', '/model', '/account', '/protocol', '/token', '/risk', '/path'])

/** Nothing but our own files, no inline script or style, no frame, no form that is sent, no request to elsewhere. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  // A drawing on its way to a PNG file: made by the page itself.
  "img-src 'self' blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Answers a request for a page or a file of the dashboard. Undefined: the path is none of its. */
export type Dashboard = (request: Request, path: string) => Response | undefined

export function dashboard(folder = join(packageRoot, 'lib/dashboard')): Dashboard {
  const files = readDashboard(folder)
  return (request, path) => {
    const page = PAGES.has(path)
    if (!files) return page ? notBuilt() : undefined
    const file = files.get(page ? '/index.html' : path)
    if (!file) return undefined
    if (request.method === 'GET' || request.method === 'HEAD') return answer(request, file)
    const error = { code: 'METHOD', message: `method ${request.method}`, fix: 'use GET' }
    return Response.json({ error }, { status: 405, headers: { allow: 'GET, HEAD' } })
  }
}

function answer(request: Request, file: ServedFile): Response {
  const headers = new Headers({
    etag: file.etag,
    'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
    'content-security-policy': CSP,
    'cross-origin-opener-policy': 'same-origin',
  })
  if (hasCurrent(request.headers.get('if-none-match'), file.etag)) {
    return new Response(null, { status: 304, headers })
  }
  const gzip = takesGzip(request.headers.get('accept-encoding'))
  const body = gzip ? file.gzipped : file.bytes
  if (gzip) headers.set('content-encoding', 'gzip')
  headers.set('content-type', file.type)
  headers.set('content-length', String(body.length))
  return new Response(request.method === 'HEAD' ? null : body, { headers })
}

function takesGzip(header: string | null): boolean {
  return (header ?? '').split(',').some(entry => {
    const [coding = '', quality = 'q=1'] = entry.split(';').map(part => part.trim().toLowerCase())
    return coding === 'gzip' && Number(quality.slice(2)) > 0
  })
}

/** RFC 9110, 13.1.2: a list of tags, compared weakly, or `*`. */
function hasCurrent(header: string | null, etag: string): boolean {
  if (!header) return false
  return header.split(',').some(tag => ['*', etag].includes(tag.trim()))
}

function notBuilt(): Response {
  const fix = 'run npm run build and start again; GraphQL is at /graphql meanwhile'
  const error = { code: 'NOT_BUILT', message: 'the dashboard is not built', fix }
  return Response.json({ error }, { status: 503 })
}
