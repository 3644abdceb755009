import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as gini from '../../src/measures/gini'
import * as hhi from '../../src/measures/hhi'
import * as influence from '../../src/measures/influence'
import { nakamoto } from '../../src/measures/nakamoto'
import * as poolValue from '../../src/measures/poolValue'
import { ratio } from '../../src/measures/ratio'
import * as stakeOverTime from '../../src/measures/stakeOverTime'
import * as voteBalance from '../../src/measures/voteBalance'
import * as yields from '../../src/measures/yield'

const functions = {
  nakamoto,
  ratio,
  ...gini,
  ...hhi,
  ...influence,
  ...poolValue,
  ...stakeOverTime,
  ...voteBalance,
  ...yields,
}
const folder = join(__dirname, '../../src/measures')

/** Evaluates an expression of a doc comment with every measure in scope. */
function run(expression: string): unknown {
  return new Function(...Object.keys(functions), `return (${expression})`)(...Object.values(functions))
}

describe('each example in a doc comment of a measure gives what it says', () => {
  for (const file of readdirSync(folder)) {
    const source = readFileSync(join(folder, file), 'utf8')
    const examples = [...source.matchAll(/@example (.+) \/\/ (.+)$/gm)]
    test(`${file} has examples`, () => expect(examples.length).toBeGreaterThan(0))
    for (const [, call, result] of examples) {
      test(`${call} = ${result}`, () => expect(run(call!)).toEqual(run(result!)))
    }
  }
})
