import type { Plugin } from 'graphql-yoga'
import { problem } from '../http/problem'
import { formats } from '../statements/formats/registry'
import type { Dashboard } from './dashboard/dashboard'
import { type ApiMetrics, pathLabel } from './metrics'
import type { NotReady } from './readiness'

export interface RouteOptions {
  readiness: () => Promise<NotReady[]>
  metrics: ApiMetrics
  dashboard: Dashboard
  statements: (request: Request) => Promise<Response>
  exports: (request: Request) => Promise<Response>
  /** told of errors that the answer masks */
  onError: (error: unknown) => void
}

const SECURITY_HEADERS: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
}

/** Everything beside /graphql: the dashboard, /health, /ready, /metrics, /statements, /lineage. */
export function routesPlugin(options: RouteOptions): Plugin {
  return {
    async onRequest({ request, url, endResponse }) {
      const response = await answer(request, url.pathname, options).catch(error => {
        options.onError(error)
        const fix = 'try again later; the log of the server has the cause'
        return problem(500, 'INTERNAL', 'internal error', fix)
      })
      if (response) endResponse(response)
    },
    onResponse({ request, response }) {
      options.metrics.responded(pathLabel(new URL(request.url).pathname), response.status)
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.headers.set(name, value)
    },
  }
}

async function answer(request: Request, path: string, options: RouteOptions): Promise<Response | undefined> {
  switch (pathLabel(path)) {
    case '/graphql':
      return undefined
    case '/health':
      return Response.json({ status: 'up' })
    case '/ready': {
      const reasons = await options.readiness()
      return Response.json(
        { ready: reasons.length === 0, reasons },
        { status: reasons.length === 0 ? 200 : 503 },
      )
    }
    case '/metrics': {
      const { registry } = options.metrics
      return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })
    }
    case '/statements':
      if (path === '/statements/') return Response.json({ formats: listedFormats() })
      return options.statements(request)
    case '/lineage':
      return options.exports(request)
    default: {
      const shown = options.dashboard(request, path)
      if (shown) return shown
      const fix =
        'use /graphql, /statements/<account>.csv, /lineage/<model>.cdx.json, /health, /ready or /metrics'
      return problem(404, 'NOT_FOUND', `nothing at ${path}`, fix)
    }
  }
}

/** What a statement can be written as, and what can be chosen of each. */
function listedFormats() {
  return Object.entries(formats).map(([name, { choices = {} }]) => ({ name, choices }))
}
