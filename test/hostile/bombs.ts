import type { Prng } from '../../src/sandbox/scenario/prng'
import type { Query } from './queries'

const repeat = (count: number, part: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ')

/** Fees of the token of fees of the token of fees …: rows that are read once, and answered again and again. */
const fees = (steps: number): string =>
  steps === 0 ? 'id' : `fees(first: $n) { nodes { token { ${fees(steps - 1)} } } }`

const models = (steps: number, inner: string): string =>
  steps === 0 ? inner : `children(first: $n) { nodes { child { ${models(steps - 1, inner)} } } }`

const where = (levels: number, key: 'AND' | 'OR'): unknown =>
  levels === 0 ? { id_eq: 'a' } : { [key]: [where(levels - 1, key)] }

/** Small texts that ask for very much. */
const BOMBS: ((n: number) => Query)[] = [
  n => ({ query: `query ($n: Int) { tokens { nodes { ${fees(4)} } } }`, variables: { n } }),
  n => ({ query: `query ($n: Int = ${n}) { tokens { nodes { ${fees(3)} } } }`, variables: {} }),
  n => ({ query: `query ($n: Int) { tokens(first: 1) { nodes { ${fees(2)} } } }`, variables: { n } }),
  () => ({ query: `query ($n: Int) { tokens(first: 1) { nodes { ${fees(2)} name } } }`, variables: {} }),
  n => ({
    query: `query ($n: Int) { models(first: $n) { nodes { ${models(3, 'id')} } } }`,
    variables: { n },
  }),
  () => ({
    query: `query ($n: Int) { models(first: 20) { nodes { ${models(1, 'ancestors { nodes { model { name } } edges { id block } }')} } } }`,
    variables: { n: 5 },
  }),
  () => ({ query: '{ tokens { nodes { fees(first: 300) { nodes { token { name } } } } } }', variables: {} }),
  () => ({ query: `{ model(id: "a") { ${'y'.repeat(100_000)}: id } }`, variables: {} }),
  n => ({ query: `{ ${repeat(n, i => `a${i}: models { totalCount }`)} }`, variables: {} }),
  n => ({
    query: `{ __schema { types { fields { args { type { ${repeat(n, i => `t${i}: __typename`)} } } } } } }`,
    variables: {},
  }),
  () => ({
    query: '{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }',
    variables: {},
  }),
  n => ({
    query: `{ __type(name: "Model") { ${repeat(n, i => `f${i}: fields { type { name } }`)} } }`,
    variables: {},
  }),
  () => ({
    query: `{ model(id: "a") { ...F0 } } ${repeat(100, i => `fragment F${i} on Model { ...F${i + 1} ...F${i + 1} }`)} fragment F100 on Model { id }`,
    variables: {},
  }),
  () => ({
    query: 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }',
    variables: {},
  }),
  n => ({ query: `{ models { nodes { ${repeat(n, () => 'id')} } } }`, variables: {} }),
  n => ({ query: `{ models { nodes { ${repeat(n, () => 'parents { nodes { id } }')} } } }`, variables: {} }),
  n => ({ query: `{ ${'['.repeat(n)} }`, variables: {} }),
  n => ({ query: `{ a${' @skip(if: false)'.repeat(n)} }`, variables: {} }),
  n => ({ query: `query (${repeat(n, i => `$v${i}: Int`)}) { models { totalCount } }`, variables: {} }),
  n => ({
    query: 'query ($w: ModelWhere) { models(where: $w) { totalCount } }',
    variables: { w: where(n, n % 2 ? 'AND' : 'OR') },
  }),
  n => ({
    query: 'query ($ids: [ID!]) { models(where: { id_in: $ids }) { totalCount } }',
    variables: { ids: Array.from({ length: n * 10 }, (_, i) => `eip155:31337/reference:${i}`) },
  }),
  n => ({
    query: 'query ($ids: [ID!]!) { commonAncestors(models: $ids) { depths } }',
    variables: { ids: Array.from({ length: n }, () => 'eip155:31337/reference:1') },
  }),
  () => ({
    query: '{ tvl(from: "2000-01-01", to: "2026-01-01", interval: HOUR) { tokens { points { tvl } } } }',
    variables: {},
  }),
  () => ({
    query:
      '{ models(first: 100) { nodes { royalties { entitled owed } stake { concentration { hhi gini nakamoto } influence { share } inheritedTvl { descendants } } } } }',
    variables: {},
  }),
  n => ({
    query: `{ ${repeat(Math.min(n, 30), i => `f${i}: royaltyFlow(model: "eip155:31337/reference:${i + 1}", direction: IN) { totals { owed } }`)} }`,
    variables: {},
  }),
  n => ({ query: `{ models { totalCount } } # ${'x'.repeat(n * 400)}`, variables: {} }),
  n => ({ query: `{ model(id: "${'x'.repeat(n * 400)}") { id } }`, variables: {} }),
]

export function bomb(prng: Prng): Query {
  return prng.pick(BOMBS)(prng.pick([2, 20, 80, 200, 500]))
}
