import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { printedPage } from '../../src/api/printApi'
import { packageRoot } from '../../src/config/packageRoot'

const SKIPPED = /^(node_modules|lib|\.git|\.data)$/

/** Every page of Markdown of the project, from its root. */
function pages(folder = packageRoot): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : pages(path)
    return entry.name.endsWith('.md') ? [relative(packageRoot, path)] : []
  })
}

/** As GitHub makes them of headings. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>()
  const headings = withoutCode(readFileSync(join(packageRoot, page), 'utf8')).matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, heading]) => {
      const anchor = heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .trim()
        .replaceAll(' ', '-')
      const before = seen.get(anchor) ?? 0
      seen.set(anchor, before + 1)
      return before === 0 ? anchor : `${anchor}-${before}`
    }),
  )
}

const withoutCode = (text: string) =>
  text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, match => match.replace(/[[\]()]/g, ''))

test('every link within the project leads somewhere', () => {
  const all = pages()
  expect(all).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'docs/api.md']))
  const broken: string[] = []
  for (const page of all) {
    const text = withoutCode(readFileSync(join(packageRoot, page), 'utf8'))
    for (const [, to] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(to!)) continue
      const [path = '', anchor] = to!.split('#')
      const file = path === '' ? page : join(dirname(page), path)
      if (!existsSync(join(packageRoot, file))) broken.push(`${page}: ${to}`)
      else if (anchor && file.endsWith('.md') && !anchorsOf(file).has(anchor)) broken.push(`${page}: ${to}`)
    }
  }
  expect(broken).toEqual([])
})

test('the index of the documentation leads to each page of it', () => {
  const index = readFileSync(join(packageRoot, 'docs/README.md'), 'utf8')
  for (const name of readdirSync(join(packageRoot, 'docs')).filter(name => /^(?!README).*\.md$/.test(name)))
    expect(index, name).toContain(`(${name})`)
})

test('the API reference is of the schema that is served (else: npx tsx src/api/printApi.ts)', () => {
  expect(readFileSync(join(packageRoot, 'docs/api.md'), 'utf8')).toBe(printedPage())
})
