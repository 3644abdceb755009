import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'

/** Queries of documents, each with the answer that is printed under it. `UPDATE_README=1` writes the answers. */

const PAIR = /```(graphql|cypher)\n([\s\S]*?)```\n\n```json\n([\s\S]*?)```/g

/** The README, and the pages that its examples go on in. */
export const DOCUMENTS = [
  'README.md',
  ...['cypher', 'lineage', 'royalties', 'search-and-figures', 'steering'].map(name => `docs/${name}.md`),
].map(file => join(packageRoot, file))

export interface Example {
  language: string
  query: string
  answer: string
}

export function examplesOf(files: readonly string[]): Example[] {
  return files.flatMap(file =>
    [...readFileSync(file, 'utf8').matchAll(PAIR)].map(match => ({
      language: match[1]!,
      query: match[2]!,
      answer: match[3]!,
    })),
  )
}

export function check(example: Example, answer: unknown): void {
  const text = `${pretty(answer)}\n`
  if (process.env.UPDATE_README) example.answer = text
  else expect(text).toBe(example.answer)
}

/** Of examples in the order of the files. */
export function writeAnswers(files: readonly string[], examples: readonly Example[]): void {
  if (!process.env.UPDATE_README) return
  let next = 0
  for (const file of files) {
    const updated = readFileSync(file, 'utf8').replace(PAIR, (_, language, query) => {
      return `\`\`\`${language}\n${query}\`\`\`\n\n\`\`\`json\n${examples[next++]!.answer}\`\`\``
    })
    writeFileSync(file, updated)
  }
}

/** JSON with one short object or list a line, as a person would write it. */
function pretty(value: unknown, indent = ''): string {
  const flat = JSON.stringify(value)
  if (flat.length + indent.length <= 110 || value === null || typeof value !== 'object') {
    return flat.replace(/":/g, '": ').replace(/,"/g, ', "').replace(/\},\{/g, '}, {')
  }
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map(item => inner + pretty(item, inner))
    : Object.entries(value).map(([key, item]) => `${inner}${JSON.stringify(key)}: ${pretty(item, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${parts.join(',\n')}\n${indent}${close}`
}
