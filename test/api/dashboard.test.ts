import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboard } from '../../src/api/dashboard/dashboard'
import { type TestApi, testApi } from './apiFixture'

const PAGES = ['/', '/status', '/model', '/account']

describe('the dashboard as the API serves it', () => {
  let api: TestApi

  beforeAll(async () => {
    api = await testApi()
  })
  afterAll(() => api?.close())

  test.each(PAGES)(
    '%s is its document, checked anew each time, that nothing but its own files run in',
    async path => {
      const response = await fetch(`${api.url}${path}?id=x`)
      expect(response.status).toBe(200)
      expect(await response.text()).toContain('<div id="app">')
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      const csp = response.headers.get('content-security-policy')!
      expect(csp).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(csp).not.toMatch(/unsafe|https?:|\*/)
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('x-frame-options')).toBe('DENY')
    },
  )

  test('its files have their types, and are kept for ever since their names hold their hashes', async () => {
    const html = await (await fetch(api.url)).text()
    const names = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(match => match[1]!)
    expect(names.length).toBeGreaterThanOrEqual(2)
    for (const name of names) {
      const response = await fetch(api.url + name)
      expect(response.headers.get('content-type')).toMatch(
        name.endsWith('.js') ? /^text\/javascript/ : /^text\/css/,
      )
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(await response.text()).not.toMatch(/sourceMappingURL/)
    }
    expect((await fetch(`${api.url}/icon.svg`)).headers.get('content-type')).toBe('image/svg+xml')
  })

  test('what is unchanged is not sent again', async () => {
    const etag = (await fetch(api.url)).headers.get('etag')!
    for (const tag of [etag, `"other", ${etag}`, '*']) {
      const response = await fetch(api.url, { headers: { 'if-none-match': tag } })
      expect([response.status, await response.text()]).toEqual([304, ''])
      expect(response.headers.get('etag')).toBe(etag)
    }
    expect((await fetch(api.url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
  })

  test('HEAD has the headers alone, other methods are refused', async () => {
    const head = await raw(api, 'HEAD', '/')
    expect(head).toMatch(/^HTTP\/1.1 200 /)
    expect(head).toMatch(/content-length: [1-9]\d+\r\n/)
    expect(head.split('\r\n\r\n')[1]).toBe('')
    for (const method of ['PUT', 'DELETE', 'POST']) {
      expect((await fetch(`${api.url}/status`, { method })).status).toBe(405)
    }
  })

  test('it is compressed for who takes it, and for nobody else', async () => {
    const plain = await raw(api, 'GET', '/')
    expect(plain).not.toMatch(/content-encoding/)
    expect(plain).toContain('<div id="app">')
    expect(await raw(api, 'GET', '/', 'accept-encoding: br, gzip;q=0\r\n')).not.toMatch(/content-encoding/)
    const zipped = await raw(api, 'GET', '/', 'accept-encoding: br, GZIP;q=0.5\r\n', 'latin1')
    expect(zipped).toMatch(/content-encoding: gzip/)
    const body = Buffer.from(zipped.slice(zipped.indexOf('\r\n\r\n') + 4), 'latin1')
    expect(gunzipSync(body).toString()).toContain('<div id="app">')
  })

  test.each([
    '/../package.json',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/..\\..\\package.json',
    '/assets/%00',
    '/index.html/../../main.js',
    '/assets/',
    '/assets',
    '/constructor',
    '/__proto__',
  ])('no path leads out of it: %s', async path => {
    const answer = await raw(api, 'GET', path)
    expect(answer).toMatch(/^HTTP\/1.1 404 /)
    expect(answer).not.toContain('provenance-graph')
  })

  test('GraphiQL and the rest stay where they were', async () => {
    const graphiql = await fetch(`${api.url}/graphql`, { headers: { accept: 'text/html' } })
    expect(await graphiql.text()).toContain('GraphiQL')
    expect((await fetch(`${api.url}/health`)).status).toBe(200)
    expect(await (await fetch(`${api.url}/nothing`)).json()).toHaveProperty('error.code', 'NOT_FOUND')
    expect(await (await fetch(`${api.url}/statements/`)).json()).toEqual({
      formats: expect.arrayContaining([
        { name: 'csv', choices: expect.any(Object) },
        { name: 'json', choices: expect.any(Object) },
      ]),
    })
  })
})

describe('a folder of files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dashboard-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('that was never built is said with the way to build it, and hides nothing else', async () => {
    const serve = dashboard(join(folder, 'missing'))
    const response = serve(new Request('http://api/'), '/')!
    expect(response.status).toBe(503)
    expect(await response.json()).toEqual({
      error: {
        code: 'NOT_BUILT',
        message: 'the dashboard is not built',
        fix: expect.stringMatching(/npm run build/),
      },
    })
    expect(serve(new Request('http://api/assets/x.js'), '/assets/x.js')).toBeUndefined()
    mkdirSync(join(folder, 'half/assets'), { recursive: true })
    writeFileSync(join(folder, 'half/assets/a.js'), '1')
    expect(dashboard(join(folder, 'half'))(new Request('http://api/'), '/')!.status).toBe(503)
  })

  test('is served as it was when the process began, and files of unknown types are not', () => {
    mkdirSync(join(folder, 'built'))
    writeFileSync(join(folder, 'built/index.html'), '<p>')
    writeFileSync(join(folder, 'built/notes.md'), 'secret')
    const serve = dashboard(join(folder, 'built'))
    rmSync(join(folder, 'built/index.html'))
    expect(serve(new Request('http://api/'), '/')!.status).toBe(200)
    expect(serve(new Request('http://api/notes.md'), '/notes.md')).toBeUndefined()
  })
})

/** Written by hand: fetch tidies paths and asks for compression. Resolves with the whole answer. */
function raw(
  api: TestApi,
  method: string,
  path: string,
  headers = '',
  encoding: BufferEncoding = 'utf8',
): Promise<string> {
  const { hostname, port } = new URL(api.url)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n${headers}\r\n`),
    )
    socket.on('data', chunk => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks).toString(encoding)))
  })
}
