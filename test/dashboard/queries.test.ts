import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/config/packageRoot'

const folder = join(packageRoot, 'src/dashboard')

/** Types alone do not tell: two fragments may ask for fields of one name and different types, which the API refuses. */
test('every question of the dashboard is one that the API takes', () => {
  const schema = buildSchema(readFileSync(join(packageRoot, 'api.graphql'), 'utf8'))
  const questions = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .flatMap(name =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/graphql\(`([\s\S]*?)`\)/g)].map(
        ([, question]) => ({ name, question: question! }),
      ),
    )
  expect(questions.length).toBeGreaterThan(20)
  for (const { name, question } of questions)
    expect(
      validate(schema, parse(question)).map(({ message }) => message),
      name,
    ).toEqual([])
})
