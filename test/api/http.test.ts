import { once } from 'node:events'
import { createServer, get as httpGet, request as httpRequest } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Readers } from '../../src/api/readers'
import { MODEL, type TestApi, TOKEN, testApi } from './apiFixture'

let api: TestApi
beforeAll(async () => {
  api = await testApi({ timeoutMs: 1500 })
  await api.insert('Model', { id: MODEL(1) }, { id: MODEL(2) })
  await api.insert('Token', { id: TOKEN })
})
afterAll(() => api?.close())

/** What the server sends to bytes that no HTTP client would send. */
async function raw(text: string): Promise<string> {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.write(text)
  let answer = ''
  socket.on('data', data => {
    answer += data
  })
  await once(socket, 'close')
  return answer
}

const LEAK = /\.[jt]s:|node_modules|\bat \w+ \(|postgres:/

describe('a request that is no good HTTP', () => {
  test.each(['a b', '%%%', 'x:99999', '[::1', 'a/b?c', '"><script>', 'é', '\\', ':80', 'a@b'])(
    'with the host %s is answered 400, without anything of what is behind',
    async host => {
      for (const path of ['/health', '/graphql?query={asOf{height}}']) {
        const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
        expect(answer).toMatch(/^HTTP\/1.1 400 /)
        expect(answer).not.toMatch(LEAK)
      }
    },
  )

  test.each(['http://[', '*', '//', '/graphql?query=%', '/%00', '/statements/%.csv'])(
    'with the path %s has an answer of its own',
    async path => {
      const answer = await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1.1 (200|302|400|404) /)
      expect(answer).not.toMatch(LEAK)
      const unnamed = await raw(`GET ${path} HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n`)
      expect(unnamed).toMatch(/^HTTP\/1.1 (200|302|400|404) /)
      expect(unnamed).not.toMatch(LEAK)
    },
  )

  test('that wants to be upgraded, or to be a tunnel, does not hang', async () => {
    const upgrade = 'Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13'
    const answer = await raw(
      `GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade, close\r\n${upgrade}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 200 /)
    expect(await raw('CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('')
  })
})

describe('a POST', () => {
  const post = (type: string | undefined, body: string | Uint8Array<ArrayBuffer>, more = {}) =>
    fetch(`${api.url}/graphql`, {
      method: 'POST',
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...more },
      body,
    })
  const query = JSON.stringify({ query: '{ chains { id } }' })

  test.each([
    ['application/x-www-form-urlencoded', 'query={chains{id}}'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
    ],
    ['text/plain', query],
    ['text/plain; application/json', query],
    ['application/jsonp', query],
    [undefined, new TextEncoder().encode(query)],
  ])('of %s, which a form of any page may send, is refused', async (type, body) => {
    const response = await post(type, body)
    expect(response.status).toBe(415)
    const { errors } = (await response.json()) as { errors: { message: string }[] }
    expect(errors[0]!.message).toContain('fix: send JSON, with content-type application/json')
  })

  test('that is compressed is refused, however small it is', async () => {
    const bomb = gzipSync(' '.repeat(50_000_000))
    const response = await post('application/json', new Uint8Array(bomb), { 'content-encoding': 'gzip' })
    expect(response.status).toBe(415)
    expect(await response.text()).toContain('send it uncompressed')
  })

  test.each(['', '{', 'null', '7', '"x"', '[]', '[{"query":"{ chains { id } }"}]', '{"query":7}', '\\u0000'])(
    'of the JSON %s is refused with a reason',
    async body => {
      const response = await post('application/json', body)
      expect([400, 200]).toContain(response.status)
      const text = await response.text()
      expect(text).toContain('"errors"')
      expect(text).not.toMatch(/INTERNAL|internal/)
      expect(text).not.toMatch(LEAK)
    },
  )

  test('longer than it said, or in pieces without end, is cut at the limit', async () => {
    const request = httpRequest(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    request.on('error', () => {}) // it is cut while it sends
    const answered = once(request, 'response')
    for (let i = 0; i < 40 && !request.destroyed; i++) request.write(' '.repeat(10_000))
    request.end()
    const [response] = await answered
    expect(response.statusCode).toBe(413)
    response.resume()
  })
})

test.each(['variables=x', 'variables={', 'extensions=x', 'variables=%00'])(
  'a GET with %s is told that it is no JSON',
  async parameter => {
    const response = await fetch(`${api.url}/graphql?query={chains{id}}&${parameter}`)
    expect(response.status).toBe(400)
    const { errors } = (await response.json()) as {
      errors: { message: string; extensions: { code: string } }[]
    }
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }])
    expect(errors[0]!.message).toContain('fix: write them as JSON')
  },
)

describe('an argument that the database would refuse', () => {
  const cursorOf = (...values: unknown[]) => Buffer.from(JSON.stringify(values)).toString('base64url')
  const time = (text: string) => `models(where: { time_gt: "${text}" }) { totalCount }`
  const DIGITS = (count: number) => '9'.repeat(count)
  test.each([
    ['year 0', time('0000-01-01'), 'BAD_USER_INPUT'],
    ['year 0 by its zone', time('0001-01-01T00:00:00+14:00'), 'BAD_USER_INPUT'],
    ['year 10000 by its zone', time('9999-12-31T23:59:59-14:00'), 'BAD_USER_INPUT'],
    ['a series that begins before year 1', 'tvl(to: "0001-01-02") { from }', 'BAD_USER_INPUT'],
    [
      'a statement of year 0',
      'royaltyStatement(account: "0x0000000000000000000000000000000000000001", from: "0000-01-01", to: "2026-01-01") { account }',
      'BAD_USER_INPUT',
    ],
    [
      'a cursor of year 0',
      `models(orderBy: [time_ASC], after: "${cursorOf('Model time_ASC,id_ASC', '0000-01-01', 'a')}") { totalCount }`,
      'MALFORMED_CURSOR',
    ],
    [
      'a continuation of many seen',
      `lineage(model: "${MODEL(1)}", direction: ANCESTORS, continuation: "${cursorOf(1, MODEL(1), 'ANCESTORS', 1, 'a', Number.MAX_SAFE_INTEGER)}") { truncated }`,
      'BAD_USER_INPUT',
    ],
    [
      'a number of 309 digits',
      `usageFees(where: { gross_gt: "${DIGITS(309)}" }) { totalCount }`,
      'BAD_USER_INPUT',
    ],
    [
      'a zero byte in a filter',
      'models(where: { name_contains: "a\\u0000b" }) { totalCount }',
      'BAD_USER_INPUT',
    ],
    ['a zero byte in a list', 'models(where: { id_in: ["a\\u0000b"] }) { totalCount }', 'BAD_USER_INPUT'],
    ['a zero byte in a protocol', 'tvl(protocol: "\\u0000") { from }', 'BAD_USER_INPUT'],
    ['a zero byte in an id', 'model(id: "\\u0000") { id }', 'MALFORMED_ID'],
    ['a zero byte in an id of a list', 'commonAncestors(models: ["\\u0000"]) { depths }', 'MALFORMED_ID'],
  ])("(%s) is the caller's, and leaves the other fields of the request", async (_, field, code) => {
    const mixed = await api.gql(`{ ${field} }`)
    expect(mixed.errors).toMatchObject([{ extensions: { code } }])
    expect(mixed.errors![0]!.message).toContain('fix: ')
    // What may be null is null alone; connections may not, and take the answer with them.
    const beside = await api.gql(`{ node(id: "${MODEL(1)}") { id } model(id: "\\u0000") { id } }`)
    expect(beside.data).toEqual({ node: { id: MODEL(1) }, model: null })
  })

  test('numbers of more digits than a uint256 are compared whole', async () => {
    await api.insert(
      'ModelRevenue',
      { id: 'f1', gross: DIGITS(100) },
      { id: 'f2', gross: `1${'0'.repeat(100)}` },
    )
    const { modelRevenues } = await api.data(
      `{ modelRevenues(where: { gross_gt: "${DIGITS(100)}" }) { nodes { id gross } } }`,
    )
    expect(modelRevenues.nodes).toEqual([{ id: 'f2', gross: `1${'0'.repeat(100)}` }])
    const first = await api.data(
      '{ modelRevenues(orderBy: [gross_ASC], first: 1) { pageInfo { endCursor } } }',
    )
    const next = await api.data(
      `{ modelRevenues(orderBy: [gross_ASC], first: 1, after: "${first.modelRevenues.pageInfo.endCursor}") { nodes { id } } }`,
    )
    expect(next.modelRevenues.nodes).toEqual([{ id: 'f2' }])
  })

  test('times of blocks beyond the year 9999 are shown and paged through', async () => {
    await api.insert(
      'Slash',
      { id: 's1', time: '9999-12-31T00:00:00Z' },
      { id: 's2', time: '10000-01-01T00:00:00Z' },
    )
    await api.insert('Slash', { id: 's3', time: '200000-01-01T00:00:00Z' })
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { slashes } = await api.data(
        `{ slashes(orderBy: [time_ASC], first: 1${after}) { nodes { id time } pageInfo { endCursor hasNextPage } } }`,
      )
      seen.push(`${slashes.nodes[0].id} ${slashes.nodes[0].time}`)
      if (!slashes.pageInfo.hasNextPage) break
      after = `, after: "${slashes.pageInfo.endCursor}"`
    }
    expect(seen).toEqual([
      's1 9999-12-31T00:00:00.000Z',
      's2 +010000-01-01T00:00:00.000Z',
      's3 +200000-01-01T00:00:00.000Z',
    ])
  })
})

describe('requests as many as there are connections', () => {
  const lockTokens = async () => {
    const client = await api.pool.connect()
    await client.query('BEGIN; LOCK TABLE token IN ACCESS EXCLUSIVE MODE')
    return async () => {
      await client.query('COMMIT')
      client.release()
    }
  }

  test('that time out together are over at once, and the next is answered', async () => {
    const release = await lockTokens()
    const answers = await Promise.all(Array.from({ length: 20 }, () => api.gql('{ tokens { totalCount } }')))
    for (const { errors } of answers) expect(errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }])
    expect((await api.data('{ models { totalCount } }')).models.totalCount).toBe(2)
    await release()
  })

  test('whose clients go away together are cancelled, and the next is answered', async () => {
    const release = await lockTokens()
    const abort = new AbortController()
    const answers = Array.from({ length: 20 }, () =>
      fetch(`${api.url}/graphql?query={tokens{totalCount}}`, { signal: abort.signal }).catch(() => 'gone'),
    )
    const busy = async () =>
      Number(/state="busy"} (\d+)/.exec(await (await fetch(`${api.url}/metrics`)).text())![1])
    while ((await busy()) < 20) await sleep(10)
    abort.abort()
    await Promise.all(answers)
    expect((await api.data('{ models { totalCount } }')).models.totalCount).toBe(2)
    await release()
  })

  test('do not make it look as if it were not ready', async () => {
    const release = await lockTokens()
    const answers = Promise.all(Array.from({ length: 20 }, () => api.gql('{ tokens { totalCount } }')))
    const { reasons } = (await (await fetch(`${api.url}/ready`)).json()) as { reasons: { reason: string }[] }
    expect(reasons.map(({ reason }) => reason)).toEqual(['not_started'])
    await release()
    await answers
  })
})

test('an answer that its client does not read is cut, one that is read slowly is not', async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] })
  const readers = new Readers()
  const server = createServer((request, response) => {
    readers.watch(request, response)
    response.end(Buffer.alloc(20_000_000))
  }).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const open = async () => {
      const request = httpGet({ port, host: '127.0.0.1', agent: false })
      request.on('error', () => {})
      const [response] = await once(request, 'response')
      return response as import('node:http').IncomingMessage
    }
    const [unread, slow] = [await open(), await open()]
    unread.on('error', () => {})
    let taken = 0
    for await (const piece of slow) {
      taken += piece.length
      await vi.advanceTimersByTimeAsync(piece.length / 200) // 200 kB a second
    }
    expect(taken).toBe(20_000_000)
    const cut = new Promise(resolve => unread.once('close', resolve))
    await vi.advanceTimersByTimeAsync(200_000)
    unread.resume()
    await cut
    expect(unread.complete).toBe(false)
  } finally {
    readers.stop()
    server.close()
    vi.useRealTimers()
  }
})
