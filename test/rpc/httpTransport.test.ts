import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { Endpoint } from '../../src/rpc/endpoint'

const open: { server: Server; endpoint: Endpoint }[] = []

afterEach(() => {
  for (const { server, endpoint } of open.splice(0)) {
    endpoint.close()
    server.close()
    server.closeAllConnections()
  }
})

interface Setting {
  host?: string
  userInfo?: string
  rateLimit?: number
}

async function served(listener: RequestListener, setting: Setting = {}): Promise<Endpoint> {
  const { host = '127.0.0.1', userInfo = '', rateLimit } = setting
  const server = createServer(listener)
  await new Promise<void>(resolve => server.listen(0, host, resolve))
  const { port } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  const endpoint = new Endpoint({ url: `http://${userInfo}${name}:${port}/`, rateLimit })
  open.push({ server, endpoint })
  return endpoint
}

const answer = '{"jsonrpc":"2.0","id":1,"result":"0x10"}'

test('an IPv6 address', async () => {
  const endpoint = await served((_, response) => response.end(answer), { host: '::1' })
  expect(await endpoint.call('eth_blockNumber')).toBe('0x10')
  expect(endpoint.name).toMatch(/^http:\/\/\[::1\]:\d+$/)
})

test('a compressed answer', async () => {
  const endpoint = await served((request, response) => {
    expect(request.headers['accept-encoding']).toBe('gzip')
    response.setHeader('content-encoding', 'gzip').end(gzipSync(answer))
  })
  expect(await endpoint.call('eth_blockNumber')).toBe('0x10')
})

test('a compressed answer that is cut off is no answer', async () => {
  const endpoint = await served((_, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync(answer).subarray(0, 20))
  })
  await expect(endpoint.call('eth_blockNumber')).rejects.toThrow(/unexpected end of file/)
})

test('user and password of the URL are sent as such', async () => {
  let sent: string | undefined
  const endpoint = await served(
    (request, response) => {
      sent = request.headers.authorization
      response.end(answer)
    },
    { userInfo: 'user:p%40ss@' },
  )
  await endpoint.call('eth_blockNumber')
  expect(sent).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`)
})

test('a proxy in the environment is not used', async () => {
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY'] as const
  const before = names.map(name => process.env[name])
  for (const name of names) process.env[name] = 'http://127.0.0.1:1'
  try {
    const endpoint = await served((_, response) => response.end(answer))
    expect(await endpoint.call('eth_blockNumber')).toBe('0x10')
  } finally {
    for (const [i, name] of names.entries()) {
      if (before[i] === undefined) delete process.env[name]
      else process.env[name] = before[i]
    }
  }
})

test('a connection that was kept open and is closed by then costs no failure', async () => {
  const seen = new Map<Socket, number>()
  const endpoint = await served((request, response) => {
    const times = (seen.get(request.socket) ?? 0) + 1
    seen.set(request.socket, times)
    if (times > 1) request.socket.destroy()
    else response.end('{"jsonrpc":"2.0","id":null,"result":"0x10"}')
  })
  expect(await endpoint.call('eth_blockNumber')).toBe('0x10')
  expect(await endpoint.call('eth_blockNumber')).toBe('0x10')
  expect(seen.size).toBe(2)
})

test('no more calls a second are made than are allowed', async () => {
  const at: number[] = []
  const endpoint = await served(
    (request, response) => {
      at.push(performance.now())
      request.resume()
      response.end('{"jsonrpc":"2.0","id":null,"result":1}')
    },
    { rateLimit: 20 },
  )
  await Promise.all(Array.from({ length: 11 }, () => endpoint.call('eth_blockNumber')))
  expect(at).toHaveLength(11)
  expect(Math.max(...at) - Math.min(...at)).toBeGreaterThan(450)
})
