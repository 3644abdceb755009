import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '@subsquid/commands/lib/config'
import { Manifest } from '@subsquid/manifest'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load'
import { packageRoot } from '../../src/config/packageRoot'
import { protocols } from '../../src/protocols/registry'
import { misusedArguments, optionValue } from './commandLine'

const read = (file: string) => readFileSync(join(packageRoot, file), 'utf8')
const scripts = Object.keys(JSON.parse(read('package.json')).scripts)
const story = loadConfig(join(packageRoot, 'config/story.yaml'), protocols, {})
const chainNames = story.chains.map(chain => chain.name)

/** Arguments of ours after `node bin/provenance.js`, checked as far as that is possible without running them. */
function expectOurCommand(args: string[]): void {
  expect(misusedArguments(args)).toBeUndefined()
  const chain = optionValue(args, '--chain')
  if (chain) expect(chainNames).toContain(chain)
  const config = optionValue(args, '--config')
  if (config) expect(existsSync(join(packageRoot, config)), config).toBe(true)
}

describe('squid.yaml', () => {
  const { value: manifest, error } = Manifest.parse(read('squid.yaml'))
  const cloud = manifest?.eval({ secrets: {} }).deploy

  test('is a manifest that sqd takes, also where no secret is set', () => {
    expect(error).toBeUndefined()
    expect(manifest?.squidName()).toBe('provenance-graph')
    expect(cloud?.env?.RPC_STORY_HTTP).toBe('https://mainnet.storyrpc.io')
  })

  test('runs one processor for each chain of its config file', () => {
    const file = cloud?.env?.PROVENANCE_CONFIG
    expect(file).toBe('config/story.yaml')
    const chains = manifest!.deploy!.processor.map(({ cmd }) => optionValue(cmd!, '--chain'))
    expect(chains).toEqual(chainNames)
  })

  test('uses commands that exist', () => {
    const { init, processor, api } = manifest!.deploy!
    const services = [init as { cmd: string[] }, ...processor, api!]
    for (const { cmd = [] } of services) {
      expect(cmd.slice(0, 2)).toEqual(['node', 'bin/provenance.js'])
      expectOurCommand(cmd.slice(2))
    }
    expect(manifest!.build!.cmd).toEqual(['npm', 'run', 'build'])
  })

  test('sets only variables that are read', () => {
    for (const name of Object.keys(cloud?.env ?? {})) expect(documentedVariables()).toContain(name)
  })
})

describe('commands.json', () => {
  test('is read by sqd, and each of its commands exists', async () => {
    const { commands } = await readConfig(join(packageRoot, 'commands.json'))
    expect(Object.keys(commands!)).toEqual(
      expect.arrayContaining(['codegen', 'build', 'migration:apply', 'serve', 'graph:project']),
    )
    for (const chain of chainNames) expect(commands).toHaveProperty(`process:${chain}`)
    for (const { cmd } of Object.values(commands!)) {
      const [program, ...args] = cmd as [string, ...string[]]
      if (program === 'node') {
        expect(args[0]).toBe('bin/provenance.js')
        expectOurCommand(args.slice(1))
      } else if (program === 'npm') {
        expect(scripts).toContain(args[0] === 'run' ? args.find(arg => !/^(run$|-)/.test(arg)) : args[0])
      } else expect([program, args[0]]).toEqual(['docker', 'compose'])
    }
  })
})

interface Service {
  image: string
  command?: string[]
  environment: Record<string, string>
  ports?: string[]
  volumes?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  build?: string
}

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml')
  const compose = parse(text, { merge: true }) as {
    services: Record<string, Service>
    volumes: Record<string, null>
  }
  const services = Object.entries(compose.services)
  const ours = services.filter(([, service]) => service.build !== undefined)

  test('runs our commands as they are, and one processor for each chain', () => {
    for (const [, { command }] of ours) expectOurCommand(command!)
    const indexed = ours.flatMap(([, { command }]) => optionValue(command!, '--chain') ?? [])
    expect(indexed).toEqual(chainNames)
    expect(ours.map(([name]) => name)).toEqual([
      'migrate',
      ...chainNames.map(name => `index-${name}`),
      'projector',
      'api',
    ])
  })

  test('reaches its own Postgres and Neo4j by what the config file reads', () => {
    for (const [, { environment }] of ours) {
      const env = Object.fromEntries(Object.entries(environment).map(([k, v]) => [k, interpolated(v)]))
      const config = loadConfig(join(packageRoot, env.PROVENANCE_CONFIG!), protocols, env)
      expect(config.postgres.url).toMatch(/^postgres:\/\/.*@postgres:5432\/provenance$/)
      expect(config.neo4j?.url).toBe('bolt://neo4j:7687')
      expect(config.api.host).toBe('0.0.0.0')
    }
  })

  test('waits for what is there, in a state that it can reach', () => {
    for (const [name, { depends_on = {} }] of services) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = compose.services[other]
        expect(needed, `${name} waits for ${other}`).toBeDefined()
        if (condition === 'service_healthy') {
          // A `: ` in unquoted YAML would make a mapping of what should be a word of the command.
          expect(needed!.healthcheck?.test.map(word => typeof word)).not.toContain('object')
          expect(needed!.healthcheck?.test[0]).toMatch(/^CMD/)
        } else if (condition !== 'service_started')
          expect([condition, other]).toEqual(['service_completed_successfully', 'migrate'])
      }
    }
  })

  test('is reached from this machine alone', () => {
    for (const port of services.flatMap(([, { ports = [] }]) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  test('keeps data in declared volumes', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map(volume => volume.split(':')[0]!))
    const [files, data] = [used.filter(isFile), used.filter(name => !isFile(name))]
    expect(data.sort()).toEqual(Object.keys(compose.volumes).sort())
    for (const file of files) expect(existsSync(join(packageRoot, file)), file).toBe(true)
  })

  test('asks only for variables that .env.example explains', () => {
    for (const name of variablesIn(text)) expect(documentedVariables()).toContain(name)
    for (const [, { environment }] of ours) {
      for (const name of Object.keys(environment)) expect(documentedVariables()).toContain(name)
    }
  })
})

describe('the image', () => {
  test('copies what is there and not left out of the build context', () => {
    const kept = read('.dockerignore')
      .split('\n')
      .filter(line => line.startsWith('!'))
      .map(line => line.slice(1))
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, names]) =>
      names!.trim().split(/\s+/).slice(0, -1),
    )
    expect(copied.length).toBeGreaterThan(8)
    for (const name of copied) {
      expect(existsSync(join(packageRoot, name)), name).toBe(true)
      expect(kept).toContain(name)
    }
  })
})

describe('.env.example', () => {
  test('explains every variable that our code and config files read, and no other', () => {
    const sources = ['src', 'bin', 'test/fixtures'].flatMap(folder =>
      readdirSync(join(packageRoot, folder), { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile() && /\.(ts|js)$/.test(entry.name))
        .filter(entry => !entry.parentPath.includes('generated'))
        .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
    )
    const inCode = sources
      .flatMap(source => [
        ...[...source.matchAll(/process\.env\.([A-Z][A-Z0-9_]*)/g)].map(match => match[1]!),
        ...[...source.matchAll(/\.env\('([A-Z][A-Z0-9_]*)'\)/g)].map(match => match[1]!),
      ])
      .filter(name => !name.startsWith('VITEST_')) // what vitest tells its workers
    const inFiles = ['config/local.yaml', 'config/story.yaml', 'docker-compose.yml'].flatMap(file =>
      variablesIn(read(file)),
    )
    const byOthers = ['NODE_OPTIONS'] // by Node
    expect([...documentedVariables()].sort()).toEqual(
      [...new Set([...inCode, ...inFiles, ...byOthers])].sort(),
    )
  })
})

/** A file or folder of ours that a service reads, not a volume. */
function isFile(volume: string): boolean {
  return volume.startsWith('./')
}

function documentedVariables(): Set<string> {
  return new Set([...read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(match => match[1]!))
}

/** As docker compose does where the variable is not set: its default, or, where it must be set, a password. */
function interpolated(value: string): string {
  return value.replace(/\$\{[A-Z][A-Z0-9_]*:([-?])([^}]*)\}/g, (_, kind, text) =>
    kind === '-' ? text : 'secret',
  )
}

function variablesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([A-Z][A-Z0-9_]*)/g)].map(match => match[1]!)
}

describe('package-lock.json', () => {
  test('has an entry for every platform, or npm ci refuses it', () => {
    // npm leaves out optional packages that the registry at hand does not have (a mirror of one platform).
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { version?: string; optionalDependencies?: Record<string, string> }>
    }
    for (const [place, { optionalDependencies = {} }] of Object.entries(packages)) {
      for (const name of Object.keys(optionalDependencies)) {
        const entry = packages[`${place}/node_modules/${name}`] ?? packages[`node_modules/${name}`]
        expect(entry?.version, `${name}, of ${place}`).toBeDefined()
      }
    }
  })
})
