import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'

const LOCK = {
  packages: {
    '': {},
    'node_modules/runs': { version: '1.0.0' },
    'node_modules/builds': { version: '2.0.0', dev: true },
    'node_modules/windows-only': { version: '1.0.0', optional: true },
  },
}
const ALL = ['node_modules/runs', 'node_modules/builds'] as const
const CI = 'ci --include=dev --include=optional --no-audit --no-fund --loglevel=error'
const BUILD = 'run --silent build'

/** A copy of the project as far as `npm start` and `npm test` look at it before they build, and an npm that notes what it is asked. */
let copy: string

beforeEach(() => {
  copy = mkdtempSync(path.join(tmpdir(), 'provenance-copy-'))
  cpSync(path.join(packageRoot, 'scripts/prepare.mjs'), path.join(copy, 'scripts/prepare.mjs'))
  writeFileSync(path.join(copy, 'package-lock.json'), JSON.stringify(LOCK))
  mkdirSync(path.join(copy, 'bin'))
  writeFileSync(path.join(copy, 'bin/npm'), `#!/bin/sh\necho "$@" >> ${copy}/asked\nexit \${NPM_FAILS:-0}\n`)
  chmodSync(path.join(copy, 'bin/npm'), 0o755)
})

afterEach(() => rmSync(copy, { recursive: true, force: true }))

function install(places: readonly (keyof typeof LOCK.packages)[], version?: string): void {
  const packages = Object.fromEntries(
    places.map(place => [place, { ...LOCK.packages[place], ...(version ? { version } : {}) }]),
  )
  for (const place of places) {
    mkdirSync(path.join(copy, place), { recursive: true })
    writeFileSync(path.join(copy, place, 'package.json'), '{}')
  }
  writeFileSync(path.join(copy, 'node_modules/.package-lock.json'), JSON.stringify({ packages }))
}

function prepare(env: NodeJS.ProcessEnv = {}): { asked: string[]; status: number | null; stderr: string } {
  const program = `import(${JSON.stringify(path.join(copy, 'scripts/prepare.mjs'))}).then(({ prepare }) => prepare())`
  const { status, stderr } = spawnSync(process.execPath, ['-e', program], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${path.join(copy, 'bin')}:${process.env.PATH}`, ...env },
  })
  const asked = readFileSync(path.join(copy, 'asked'), 'utf8').trim().split('\n')
  return { asked, status, stderr }
}

describe('before npm start and npm test run anything', () => {
  test('a fresh copy gets all packages, also those that NODE_ENV=production leaves out, and is built', () => {
    expect(prepare({ NODE_ENV: 'production' }).asked).toEqual([CI, BUILD])
  })

  test('a whole install is left alone: a package of another platform is no gap', () => {
    install(ALL)
    expect(prepare().asked).toEqual([BUILD])
  })

  test.each<[string, () => void]>([
    ['without the development packages', () => install(['node_modules/runs'])],
    ['of other versions', () => install(ALL, '0.9.0')],
    [
      'that was cut short, so that npm has not listed it yet',
      () => {
        install(ALL)
        rmSync(path.join(copy, 'node_modules/.package-lock.json'))
      },
    ],
    [
      'whose list was cut short',
      () => {
        install(ALL)
        writeFileSync(path.join(copy, 'node_modules/.package-lock.json'), '{"packages": {"node_mod')
      },
    ],
    [
      'from which a package was deleted',
      () => {
        install(ALL)
        rmSync(path.join(copy, 'node_modules/builds'), { recursive: true })
      },
    ],
  ])('an install %s is done again', (_, make) => {
    make()
    expect(prepare().asked).toEqual([CI, BUILD])
  })

  test('an install that fails is said with the fix, and nothing is built', () => {
    const { asked, status, stderr } = prepare({ NPM_FAILS: '1' })
    expect(asked).toEqual([CI])
    expect(status).toBe(1)
    expect(stderr).toMatch(/^npm ci .* failed\n {2}fix: see the lines above; .*registry.*\n$/)
  })
})
