import { setTimeout as sleep } from 'node:timers/promises'
import { buildClientSchema, getIntrospectionQuery } from 'graphql'
import { Prng } from '../../src/sandbox/scenario/prng'
import type { Attack, Field } from './attack'
import { aborted, bombs, fuzz, mutant, statements, subscriber } from './clients'
import { socket } from './sockets'
import type { Target } from './target'
import { TIMEOUT_MS } from './target'

export const ATTACKS: Record<string, Attack> = {
  fuzz,
  mutant,
  bombs,
  aborted,
  statements,
  subscriber,
  socket,
}

/** How often each is made, against the others. */
const WEIGHTS: Record<string, number> = {
  fuzz: 8,
  mutant: 2,
  bombs: 2,
  aborted: 2,
  statements: 2,
  subscriber: 2,
  socket: 3,
}
const WORKERS = 6
/** How long /health may take, ms: far more than it does, since other processes have the machine as well. */
const HEALTH_MS = 5000

export interface Outcome {
  attacks: number
  byName: Record<string, number>
  /** what was found wrong, each with its attack and seed */
  findings: string[]
  /** times of /health meanwhile, ms, in order */
  health: number[]
  /** longest time that an attack took, ms */
  slowest: number
}

export interface Plan {
  seed: string
  ms: number
  /** one of ATTACKS; absent: all */
  only?: string
}

/** Attacks for some time, judges every answer and the server's state, and then whether it is as it was before. */
export async function attack(target: Target, { seed, ms, only }: Plan): Promise<Outcome> {
  const field: Field = { target, schema: await schemaOf(target), cursors: [] }
  const names = only
    ? [only]
    : Object.entries(WEIGHTS).flatMap(([name, weight]) => Array<string>(weight).fill(name))
  const outcome: Outcome = { attacks: 0, byName: {}, findings: [], health: [], slowest: 0 }
  const end = Date.now() + ms
  const find = (what: string) => {
    if (outcome.findings.length < 20) outcome.findings.push(what)
  }
  const worker = async () => {
    while (Date.now() < end && !target.ended() && outcome.findings.length < 20) {
      const number = ++outcome.attacks
      const prng = new Prng(`${seed}-${number}`)
      const name = prng.pick(names)
      outcome.byName[name] = (outcome.byName[name] ?? 0) + 1
      const begun = Date.now()
      const wrong = await ATTACKS[name]!(field, prng).catch(error => `${(error as Error).cause ?? error}`)
      const took = Date.now() - begun
      outcome.slowest = Math.max(outcome.slowest, took)
      if (wrong && !target.ended()) find(`${name} ${seed}-${number}: ${wrong}`)
      // Its time, once more to wait for a connection and be cancelled, and what a busy machine adds.
      if (took > TIMEOUT_MS * 3 + 10_000) find(`${name} ${seed}-${number} took ${took} ms`)
    }
  }
  const watching = watchHealth(target, outcome.health, () => Date.now() < end && !target.ended())
  await Promise.all([watching, ...Array.from({ length: WORKERS }, worker)])
  outcome.health.sort((a, b) => a - b)
  const worst = outcome.health.at(-1) ?? 0
  if (worst > HEALTH_MS) find(`/health took ${worst} ms`)
  for (const what of await aftermath(target)) find(what)
  const dead = target.ended()
  if (dead) find(dead)
  return outcome
}

async function schemaOf(target: Target) {
  const response = await fetch(`${target.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  })
  return buildClientSchema(((await response.json()) as { data: never }).data)
}

async function watchHealth(target: Target, times: number[], goOn: () => boolean): Promise<void> {
  while (goOn()) {
    const begun = performance.now()
    const up = await fetch(`${target.url}/health`).then(
      response => response.ok,
      () => false,
    )
    times.push(up ? Math.round(performance.now() - begun) : Number.POSITIVE_INFINITY)
    await sleep(100)
  }
}

/** What is left of the attacks once they are over, and whether it is answered as before. */
async function aftermath(target: Target): Promise<string[]> {
  for (let patience = 200; ; patience--) {
    const left = target.ended() ? ['it is gone'] : await leftOvers(target)
    if (left.length === 0 || patience === 0 || target.ended()) return left
    await sleep(100)
  }
}

async function leftOvers(target: Target): Promise<string[]> {
  const left: string[] = []
  const metrics = await (await fetch(`${target.url}/metrics`)).text()
  const gauges = [
    'api_subscriptions',
    'api_subscribers',
    'api_pool_connections{state="busy"}',
    'api_answer_bytes',
  ]
  for (const gauge of gauges) {
    const value = metrics
      .split('\n')
      .find(line => line.startsWith(`provenance_${gauge} `))
      ?.split(' ')[1]
    if (value !== '0') left.push(`${gauge} is ${value}`)
  }
  const { rows } = await target.pool.query(
    `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name LIKE 'provenance-%' AND xact_start IS NOT NULL`,
  )
  for (const { query } of rows) left.push(`a transaction is open: ${query}`)
  const statement = await fetch(
    `${target.url}/statements/0x0000000000000000000000000000000000000001.csv?from=2026-01-01&to=2027-01-01&partial=true`,
  )
  if (!statement.ok) left.push(`a statement is answered ${statement.status}`)
  await statement.text()
  return left
}
