import fc from 'fast-check'
import { parse } from 'pg-connection-string'
import { DriverUtils } from 'typeorm/driver/DriverUtils'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/configError'
import { withoutCarriageReturns } from '../../src/config/environment'
import { checkNeo4jUrl, checkPostgresUrl, checkUrl } from '../../src/config/urls'

function refusalOf(check: () => void): ConfigError | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
}

type Read = [user: unknown, password: unknown, host: unknown, port: unknown, database: unknown]

/** As pg reads it, and as TypeORM does, which passes it on to pg. */
function bothReadings(url: string): [Read, Read] {
  const pg = parse(url)
  // biome-ignore lint/suspicious/noExplicitAny: not public, and what TypeORM calls
  const typeorm = (DriverUtils as any).parseConnectionUrl(url)
  return [
    [pg.user, pg.password, pg.host, Number(pg.port), pg.database],
    [typeorm.username, typeorm.password, typeorm.host, typeorm.port, typeorm.database],
  ]
}

const nasty = fc.string({ unit: fc.constantFrom(...'ab1:@/#?%[]&=+ $,;~é"\\'), maxLength: 8 })

describe('postgres.url', () => {
  test('what is accepted is read alike by both libraries that read it', () => {
    fc.assert(
      fc.property(nasty, nasty, (user, password) => {
        const url = `postgres://${user}:${password}@host:5433/db`
        if (refusalOf(() => checkPostgresUrl(url, 'postgres.url'))) return
        const [pg, typeorm] = bothReadings(url)
        expect(pg).toEqual(typeorm)
        expect(pg.slice(2)).toEqual(['host', 5433, 'db'])
      }),
      { numRuns: 3000 },
    )
  })

  test('percent-encoded, any user and password are accepted and read as meant', () => {
    fc.assert(
      fc.property(nasty, nasty, (user, password) => {
        const url = `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@host:5433/db`
        checkPostgresUrl(url, 'postgres.url')
        for (const read of bothReadings(url)) expect(read).toEqual([user, password, 'host', 5433, 'db'])
      }),
    )
  })

  test.each(['p#ss', 'p/ss', 'p?ss', 'p%ss', 'p@ss', 'p[ss', 'p ss', '5/p', 'p%aass'])(
    'a password %s as it is: refused on that key, with the fix, and not shown',
    password => {
      const error = refusalOf(() => checkPostgresUrl(`postgres://user:${password}@host/db`, 'postgres.url'))
      expect(error?.message).toMatch(/^postgres\.url: .*\n {2}fix: percent-encode special characters/)
      expect(error?.message).not.toContain(password)
    },
  )

  test.each([
    'postgres://host/db',
    'postgresql://user@host',
    'postgres://user:a:b@[::1]:5432/db?sslmode=disable',
    'postgres:///db?host=/var/run/postgresql',
    'postgres://user@%2Fvar%2Frun/db',
    'postgres://postgres:postgres@127.0.0.1:5432/provenance',
  ])('%s is accepted', url => {
    expect(refusalOf(() => checkPostgresUrl(url, 'postgres.url'))).toBeUndefined()
  })
})

test('other URLs: what is none is refused without being shown', () => {
  expect(refusalOf(() => checkUrl('http://[::1]:8545/key', 'chains[0].rpc'))).toBeUndefined()
  for (const url of ['http://::1:8545/SECRET', 'http://h:99999/SECRET', 'http://', 'https://h/a SECRET']) {
    const message = refusalOf(() => checkUrl(url, 'chains[0].rpc'))?.message
    expect(message).toMatch(/^chains\[0\]\.rpc: the value is not a URL\n {2}fix: /)
    expect(message).not.toMatch(/SECRET/)
  }
})

test('a password in neo4j.url is refused: it has a key of its own', () => {
  expect(refusalOf(() => checkNeo4jUrl('bolt://localhost:7687', 'neo4j.url'))).toBeUndefined()
  const message = refusalOf(() => checkNeo4jUrl('bolt://neo4j:SECRET@localhost', 'neo4j.url'))?.message
  expect(message).toMatch(/^neo4j\.url: .*\n {2}fix: .*`neo4j\.password`/)
  expect(message).not.toMatch(/SECRET/)
})

test('a .env file with Windows’ line ends means the same', () => {
  const env = { RPC: 'http://h\r', EMPTY: '\r', PLAIN: 'a\rb' }
  withoutCarriageReturns(env)
  expect(env).toEqual({ RPC: 'http://h', EMPTY: '', PLAIN: 'a\rb' })
})
