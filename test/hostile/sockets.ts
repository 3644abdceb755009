import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Prng } from '../../src/sandbox/scenario/prng'
import { type Attack, faultOf } from './attack'
import { bomb } from './bombs'
import { text } from './values'

const HEAD = 'Host: localhost\r\n'
const JSON_HEAD = `${HEAD}Content-Type: application/json\r\n`

/** What goes over a connection, in pieces with pauses between them. */
type Script = (prng: Prng) => string[]

const body = (prng: Prng) => JSON.stringify(bomb(prng))

const SCRIPTS: Script[] = [
  // half a head, and no more
  prng => [`GET /graphql HTTP/1.1\r\n${HEAD}X: ${'a'.repeat(prng.int(0, 100))}`],
  // a head that goes on and on
  () => [
    `GET /health HTTP/1.1\r\n${HEAD}`,
    ...Array.from({ length: 40 }, (_, i) => `X-${i}: ${'y'.repeat(900)}\r\n`),
  ],
  () => [`GET /health HTTP/1.1\r\n${HEAD}${'A: b\r\n'.repeat(2500)}\r\n`],
  () => [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n${HEAD}\r\n`],
  // a body that is shorter, longer or otherwise than it says
  prng => [`POST /graphql HTTP/1.1\r\n${JSON_HEAD}Content-Length: 100000\r\n\r\n`, body(prng).slice(0, 50)],
  prng => [`POST /graphql HTTP/1.1\r\n${JSON_HEAD}Content-Length: 5\r\n\r\n${body(prng)}`],
  () => [`POST /graphql HTTP/1.1\r\n${JSON_HEAD}Content-Length: -1\r\n\r\n{}`],
  () => [
    `POST /graphql HTTP/1.1\r\n${JSON_HEAD}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  () => [`POST /graphql HTTP/1.1\r\n${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n{`],
  () => [
    `POST /graphql HTTP/1.1\r\n${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    ...Array.from({ length: 50 }, () => `2000\r\n${' '.repeat(0x2000)}\r\n`),
  ],
  () => [`POST /graphql HTTP/1.1\r\n${JSON_HEAD}Expect: 100-continue\r\nContent-Length: 10\r\n\r\n`],
  prng => [
    `POST /graphql HTTP/1.1\r\n${HEAD}Content-Type: ${prng.pick(['text/plain', 'x', ''])}\r\nContent-Length: 2\r\n\r\n{}`,
  ],
  // many at once on one connection, of which nobody reads the answers
  prng => [
    `GET /graphql?query={models{nodes{id,name}}} HTTP/1.1\r\n${HEAD}\r\n`.repeat(prng.pick([2, 50, 300])),
  ],
  prng => [
    `POST /graphql HTTP/1.1\r\n${JSON_HEAD}Content-Length: ${Buffer.byteLength(body(prng))}\r\n\r\n`.repeat(
      3,
    ),
  ],
  // no HTTP
  prng => [text(prng), '\r\n\r\n'],
  () => ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  () => ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  prng => [
    `GET ${prng.pick(['*', '//', 'http://[', '/%', '/\u0000'])} HTTP/1.1\r\nHost: ${prng.pick(['%', 'a b', '[', ''])}\r\n\r\n`,
  ],
  prng => [
    `${prng.pick(['CONNECT', 'TRACE', 'PUT', 'X', 'HEAD', 'OPTIONS'])} /graphql HTTP/1.1\r\n${HEAD}\r\n`,
  ],
  () => [
    `GET /graphql HTTP/1.1\r\n${HEAD}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  ],
]

/** Speaks over a bare connection, waits or does not, and leaves. */
export const socket: Attack = async ({ target }, prng) => {
  const script = prng.pick(SCRIPTS)(prng)
  const connection: Socket = connect(target.port, '127.0.0.1')
  connection.on('error', () => {})
  let answer = ''
  if (prng.chance(70))
    connection.on('data', data => {
      if (answer.length < 10_000) answer += data.toString('latin1')
    })
  for (const piece of script) {
    if (connection.destroyed) break
    connection.write(piece)
    if (prng.chance(20)) await sleep(prng.int(1, 30))
  }
  await sleep(prng.pick([0, 5, 100, 1000]))
  const leave = prng.pick(['end', 'resetAndDestroy', 'destroy'] as const)
  connection[leave]()
  connection.destroy()
  const status = Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0)
  const wrong =
    status === 200
      ? undefined
      : (faultOf(status, '{}') ?? (/\bat \S+ \(|node_modules/.test(answer) ? 'a stack' : undefined))
  return wrong && `${wrong}\n${script.join('').slice(0, 500)}\n${answer.slice(0, 1000)}`
}
