import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Prng } from '../../src/sandbox/scenario/prng'
import { ACCOUNT, ADDRESS, MODEL } from '../api/rows'
import { type Attack, ask, faultOf } from './attack'
import { bomb } from './bombs'
import { mutated, QueryWriter } from './queries'
import { text } from './values'

export const fuzz: Attack = async (field, prng) => {
  const query = new QueryWriter(field.schema, prng, field.cursors).query()
  return ask(field, JSON.stringify(query))
}

export const mutant: Attack = async (field, prng) => {
  const body = JSON.stringify(new QueryWriter(field.schema, prng, field.cursors).query())
  if (prng.chance(50)) return ask(field, mutated(body, prng))
  const { query, variables } = JSON.parse(body)
  return ask(field, JSON.stringify({ query: mutated(query, prng), variables }))
}

export const bombs: Attack = (field, prng) => ask(field, JSON.stringify(bomb(prng)))

/** Goes away while it is answered. */
export const aborted: Attack = async (field, prng) => {
  const abort = new AbortController()
  const query = prng.chance(50) ? bomb(prng) : new QueryWriter(field.schema, prng, field.cursors).query()
  const answer = ask(field, JSON.stringify(query), { signal: abort.signal }).catch(() => undefined)
  await sleep(prng.pick([0, 1, 5, 30, 200]))
  abort.abort()
  return answer
}

export const statements: Attack = async ({ target }, prng) => {
  const account = prng.chance(70) ? prng.pick([ACCOUNT(1), ADDRESS(1)]) : text(prng)
  const time = () =>
    prng.pick([
      '2025-01-01',
      '2026-01-01',
      '2027-01-01',
      '0000-01-01',
      '9999-12-31T23:59:59-14:00',
      text(prng),
    ])
  const query = new URLSearchParams({ from: time(), to: time() })
  if (prng.chance(20))
    query.append('asOf', prng.pick(['eip155:31337@5', 'eip155:31337@999999999999', text(prng)]))
  const path = `/statements/${encodeURIComponent(account.replace(/[\ud800-\udfff]/g, ''))}.${prng.pick(['csv', 'json', 'xls', ''])}?${query}`
  const abort = new AbortController()
  const answer = fetch(target.url + path, { signal: abort.signal })
    .then(async response => {
      const body = await response.text()
      if (response.status === 200 || response.status === 503) return undefined
      const wrong = faultOf(response.status, body)
      return wrong && `${wrong}\n${path}\n${body.slice(0, 500)}`
    })
    .catch(() => undefined)
  if (prng.chance(50)) {
    await sleep(prng.pick([0, 1, 2, 20]))
    abort.abort()
  }
  return answer
}

const SUBSCRIPTIONS = [
  'subscription { modelChanged { id model { name children { totalCount } } } }',
  `subscription { modelChanged(id: "${MODEL(1)}") { model { name } } }`,
  'subscription { royaltyPaid { id accrual { amount } } }',
  'subscription { chainAdvanced { id head } }',
]

/** Subscribes, reads or does not, while rows change and odd things are notified; leaves in one way or another. */
export const subscriber: Attack = async ({ target }, prng) => {
  const query = prng.pick(SUBSCRIPTIONS)
  const accept = prng.pick([
    'text/event-stream',
    'text/event-stream',
    'application/json',
    'text/event-stream; charset=latin1',
  ])
  const request = get(`${target.url}/graphql?query=${encodeURIComponent(query)}`, {
    headers: { accept },
    agent: false,
  })
  request.on('error', () => {})
  const reads = prng.chance(50)
  request.on('response', response => {
    response.on('error', () => {})
    if (reads) response.resume()
  })
  await sleep(prng.int(0, 100))
  await change(target.pool, prng)
  await sleep(prng.int(0, 300))
  if (prng.chance(50)) request.destroy()
  else request.socket?.end()
  await sleep(prng.int(0, 100))
  request.destroy()
  return undefined
}

async function change(pool: import('pg').Pool, prng: Prng): Promise<void> {
  const keys = prng.pick<unknown>([[[MODEL(1)]], [[text(prng)]], [['a', 'b', 'c']], 7, [[null]]])
  const payload = JSON.stringify({ kind: prng.pick(['model', 'edge', 'royalty', 'chain', 'x']), keys })
  if (prng.chance(50)) await pool.query('SELECT pg_notify($1, $2)', ['provenance', payload.slice(0, 7000)])
  else
    await pool.query('UPDATE model SET name = name || $1 WHERE id = $2', [
      prng.chance(90) ? '' : '.',
      MODEL(prng.int(1, 60)),
    ])
}
