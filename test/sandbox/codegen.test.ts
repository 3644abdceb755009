import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

interface Compiler {
  compile(): Record<string, Record<string, { abi: unknown[] }>>
  abiText(abi: unknown[]): string
}

test('the committed ABI of the reference protocol is what the contracts compile to', async () => {
  const script = pathToFileURL(path.resolve('scripts/compileContracts.mjs')).href
  const { compile, abiText } = (await import(script)) as Compiler
  const contracts = compile()
  const files = readdirSync('abi/reference')
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) {
    const name = `${file[0]?.toUpperCase()}${file.slice(1, -'.json'.length)}`
    const abi = contracts[`${name}.sol`]?.[name]?.abi
    expect(abi && abiText(abi), `abi/reference/${file}: run npm run codegen and commit it`).toBe(
      readFileSync(`abi/reference/${file}`, 'utf8'),
    )
  }
})
