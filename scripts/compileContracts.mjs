// Compiles src/sandbox/contracts with npm's solc: bytecode into src/sandbox/artifacts, ABI into abi/reference.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { digest, unlessCurrent } from './stamp.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = join(root, 'src/sandbox/contracts')
const artifacts = join(root, 'src/sandbox/artifacts')
const abis = join(root, 'abi/reference')
const require = createRequire(import.meta.url)

/** Contracts that the sandbox deploys or the indexer reads; the others are parts of these. */
const published = [
  'CurvePool',
  'DirectPool',
  'LiquidPool',
  'ModelRegistry',
  'PoolFactory',
  'RoyaltyRouter',
  'TestToken',
  'VoteEscrow',
]

const abiFile = contract => join(abis, `${contract[0].toLowerCase()}${contract.slice(1)}.json`)
const artifactFile = contract => join(artifacts, `${contract}.json`)

/** The standard JSON output's `contracts`, by source file and name. Throws what the compiler complains about. */
export function compile() {
  const solc = require('solc')
  const files = readdirSync(sources).filter(file => file.endsWith('.sol'))
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      files.map(file => [file, { content: readFileSync(join(sources, file), 'utf8') }]),
    ),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      // OpenZeppelin 5.7 uses mcopy, which came with Cancun.
      evmVersion: 'cancun',
      // Without metadata the bytecode, and so every block of the sandbox, depends on nothing but the code.
      metadata: { appendCBOR: false },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const findImport = path => {
    const file = join(root, 'node_modules', path)
    return existsSync(file)
      ? { contents: readFileSync(file, 'utf8') }
      : { error: `${path}: not found; run npm ci` }
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }))
  const complaints = output.errors ?? []
  if (complaints.length > 0) throw new Error(complaints.map(one => one.formattedMessage).join('\n'))
  return output.contracts
}

/** The text of abi/reference/<contract>.json, which is committed. */
export function abiText(abi) {
  return `${JSON.stringify(abi, null, 1)}\n`
}

export async function compileContracts() {
  const version = name =>
    JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version
  const inputs = readdirSync(sources).map(file => join(sources, file))
  return unlessCurrent({
    stampFile: join(artifacts, '.stamp'),
    digest: digest(
      root,
      [...inputs, fileURLToPath(import.meta.url)],
      `solc ${version('solc')}, openzeppelin ${version('@openzeppelin/contracts')}`,
    ),
    outputs: published.flatMap(contract => [abiFile(contract), artifactFile(contract)]),
    make() {
      const compiled = compile()
      mkdirSync(artifacts, { recursive: true })
      mkdirSync(abis, { recursive: true })
      for (const contract of published) {
        const { abi, evm } = compiled[`${contract}.sol`][contract]
        writeFileSync(abiFile(contract), abiText(abi))
        writeFileSync(artifactFile(contract), JSON.stringify({ abi, bytecode: `0x${evm.bytecode.object}` }))
      }
    },
  })
}
