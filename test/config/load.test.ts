import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/configError'
import { checkConfig, loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'

const ADDRESS = `0x${'Ab'.repeat(20)}`
const known = {
  toy: {
    roles: { registry: { required: true, doc: 'the registry' }, extra: { required: false, doc: 'an extra' } },
    deployments: { 5: { contracts: { registry: `0x${'11'.repeat(20)}` }, firstBlock: 77 } },
  },
}

function document(chain: object = {}, rest: object = {}): unknown {
  return {
    postgres: { url: 'postgres://u:secret@h/db' },
    chains: [{ id: 5, name: 'five', rpc: 'http://h', protocols: { toy: {} }, ...chain }],
    ...rest,
  }
}

const check = (doc: unknown, env = {}) => checkConfig(doc, 'file.yaml', known, env)

function problemOf(doc: unknown, env = {}): ConfigError {
  try {
    check(doc, env)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a file that is right', () => {
  test('takes the addresses the adapter knows, and defaults', () => {
    const config = check(document())
    expect(config.chains[0]).toMatchObject({
      caip2: 'eip155:5',
      finality: 'finalized',
      pollIntervalMs: 1000,
      protocols: { toy: { contracts: { registry: `0x${'11'.repeat(20)}` }, firstBlock: 77 } },
    })
    expect(config.api).toEqual({ host: '127.0.0.1', port: 4350, timeoutMs: 10_000, maxLagSeconds: 120 })
    expect(config.neo4j).toBeUndefined()
  })

  test('may name its own addresses, which are kept in lower case', () => {
    const config = check(
      document({ protocols: { toy: { contracts: { registry: ADDRESS }, firstBlock: 3 } } }),
    )
    expect(config.chains[0]!.protocols.toy).toEqual({
      contracts: { registry: ADDRESS.toLowerCase() },
      firstBlock: 3,
    })
  })

  test('may list the contracts of a role that takes several, and name what announces more', () => {
    const other = `0x${'2'.repeat(40)}`
    const erc4626 = {
      contracts: { vault: [ADDRESS, other], factory: other },
      announcements: ['NewVault(address indexed vault, address indexed asset)'],
    }
    const doc = document({ protocols: { erc4626 } })
    expect(checkConfig(doc, 'file.yaml', protocols, {}).chains[0]!.protocols.erc4626).toMatchObject({
      contracts: {
        [`vault@${ADDRESS.toLowerCase()}`]: ADDRESS.toLowerCase(),
        [`vault@${other}`]: other,
        factory: other,
      },
      announcements: erc4626.announcements,
    })
    const announcements = ['NewVault(uint256 number)']
    const wrong = document({ protocols: { erc4626: { ...erc4626, announcements } } })
    expect(() => checkConfig(wrong, 'file.yaml', protocols, {})).toThrow(
      /announcements: .*no address\n {2}fix: /,
    )
  })

  test('may name schemas of attestations by uid, each with its fields', () => {
    const uid = `0x${'Ab'.repeat(32)}`
    const read = (schemas: object) =>
      checkConfig(
        document({ protocols: { eas: { contracts: { eas: ADDRESS }, schemas } } }),
        'file.yaml',
        protocols,
        {},
      )
    const [chain] = read({ [uid]: 'string model, bytes32 proof' }).chains
    expect(chain!.protocols.eas!.schemas).toEqual({ [uid.toLowerCase()]: 'string model, bytes32 proof' })
    expect(() => read({ [uid]: 'text model' })).toThrow(/schemas\.0xAb.*\n {2}fix: /)
    const none = document({ protocols: { eas: { contracts: { eas: ADDRESS } } } })
    expect(() => checkConfig(none, 'file.yaml', protocols, {})).toThrow(/names no schemas\n {2}fix: /)
  })

  test('may name the explorer of a chain, with or without a slash at its end', () => {
    expect(check(document()).chains[0]!.explorer).toBeUndefined()
    for (const explorer of ['https://scan.example/five', 'https://scan.example/five/'])
      expect(check(document({ explorer })).chains[0]!.explorer).toBe('https://scan.example/five')
    for (const explorer of ['javascript:alert(1)', 'scan.example', 'https://scan.example/?q=', ''])
      expect(problemOf(document({ explorer })).message).toMatch(/explorer/)
  })

  test('reads variables, with a default where they are unset or empty', () => {
    const rpc = '${RPC:-http://default}'
    expect(check(document({ rpc }), { RPC: 'http://set' }).chains[0]!.endpoints).toEqual([
      { url: 'http://set' },
    ])
    expect(check(document({ rpc }), { RPC: '' }).chains[0]!.endpoints).toEqual([{ url: 'http://default' }])
  })

  test('every file in config/ is right', () => {
    for (const file of ['local.yaml', 'story.yaml', 'escrowAndVaults.yaml']) {
      expect(() => loadConfig(join(packageRoot, 'config', file), protocols, {})).not.toThrow()
    }
  })
})

describe('a file that is wrong is told by its key, the value met and the fix', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['an unset variable', document({ rpc: '${NOPE}' }), 'chains[0].rpc', /NOPE is not set/],
    [
      'no such protocol',
      document({ protocols: { nope: {} } }),
      'chains[0].protocols.nope',
      /use one of: toy/,
    ],
    [
      'no such contract',
      document({ protocols: { toy: { contracts: { nope: ADDRESS } } } }),
      'chains[0].protocols.toy.contracts.nope',
      /use one of: registry, extra/,
    ],
    [
      'a contract is missing',
      document({ id: 6 }),
      'chains[0].protocols.toy.contracts.registry',
      /no address/,
    ],
    [
      'not an address',
      document({ protocols: { toy: { contracts: { registry: '0x1' } } } }),
      'chains[0].protocols.toy.contracts.registry',
      /"0x1" must match/,
    ],
    [
      'several contracts where there is one',
      document({ protocols: { toy: { contracts: { registry: [ADDRESS, ADDRESS] } } } }),
      'chains[0].protocols.toy.contracts.registry',
      /2 addresses/,
    ],
    [
      'announcements of a protocol that knows its own',
      document({ protocols: { toy: { announcements: ['Made(address)'] } } }),
      'chains[0].protocols.toy.announcements',
      /knows what announces/,
    ],
    ['a misspelt key', document({ finalty: 3 }), 'chains[0]', /no key `finalty`/],
    ['a missing key', { postgres: { url: 'postgres://h/d' } }, 'config', /`chains` is missing/],
    ['a wrong number', document({ finality: 0 }), 'chains[0].finality', /0 must be >= 1/],
  ])('%s', (_, doc, place, message) => {
    const error = problemOf(doc)
    expect(error.place).toBe(place)
    expect(error.message).toMatch(message)
    expect(error.message).toMatch(/\n {2}fix: \S/)
  })

  test('a chain that is there twice', () => {
    const chain = { id: 5, name: 'five', rpc: 'http://h', protocols: { toy: {} } }
    const doc = { postgres: { url: 'postgres://h/d' }, chains: [chain, { ...chain, name: 'other' }] }
    expect(problemOf(doc).message).toMatch(/chains\[1\]\.id: 5 is there twice/)
  })

  test('a password is never shown', () => {
    expect(
      problemOf({ ...(document() as object), postgres: { url: 'mysql://u:secret@h' } }).message,
    ).not.toMatch(/secret/)
  })

  test('a file that does not exist, and one that is not YAML', () => {
    expect(() => loadConfig('/nope.yaml', known)).toThrow(/does not exist\n {2}fix:/)
    const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'bad.yaml')
    writeFileSync(file, 'postgres: {url: [}\n')
    expect(() => loadConfig(file, known)).toThrow(/bad\.yaml:1: .*\n {2}fix: correct the YAML/)
  })
})

test('what the adapters know of chains are addresses, in lower case, of roles that they have', () => {
  const wrong = Object.entries(protocols).flatMap(([name, { deployments, roles }]) =>
    Object.entries(deployments).flatMap(([chain, { contracts }]) =>
      Object.entries(contracts)
        .filter(([key, address]) => !roles[key.split('@', 1)[0]!] || !/^0x[0-9a-f]{40}$/.test(address))
        .map(([key, address]) => `${name} on ${chain}: ${key} ${address}`),
    ),
  )
  expect(wrong).toEqual([])
})
