import { lowerHex } from '../../postgres/lowerHex'
import type { Row } from '../entities/columns'
import type { EntityModel } from '../entities/entityModel'
import type { ResolverMap } from '../entities/entityResolvers'
import { isAddress } from '../entities/ids'
import { SqlParams } from '../entities/sqlParams'
import type { RequestScope } from '../scope'
import { shown, userError } from '../userError'
import { checkedFirst } from './accountFilter'
import { nodeOf } from './node'

export const searchDefs = /* GraphQL */ `
  extend type Query {
    """
    What a text may mean, the best first: an id, an address or the first digits of one (0x and four or more), a content hash,
    a part of a name, a symbol or a model's id; names that are nearly so where few others are found.
    """
    search(text: String!, first: Int = 10): Search!
  }

  type Search {
    "ordered by how, then similarity, the type and the id"
    hits: [SearchHit!]!
    "so many match that some were not looked at: a longer text finds them"
    truncated: Boolean!
  }

  type SearchHit {
    node: Node!
    how: SearchMatch!
    "its field that matches"
    field: String!
    "similarity of the field and the text, 0 to 1, as pg_trgm has it"
    similarity: Float!
  }

  enum SearchMatch {
    "the text is the field"
    EXACT
    "the field begins with it"
    PREFIX
    "it is in the field"
    PART
    "words of the field are like it"
    ALIKE
  }
`

const HOW = ['EXACT', 'PREFIX', 'PART', 'ALIKE'] as const
/** As the API's names go, whose rank breaks a tie. */
const TYPES = ['Model', 'ModelVersion', 'Token', 'Account', 'StakePool'] as const
/** Rows looked at in one place: beyond, which of them are looked at is the database's choice. */
const MOST_CANDIDATES = 1000
/** Ids have no more, and longer names are not looked for by the whole of them. */
const LONGEST = 300
/** A shorter text is in too many. */
const SHORTEST_PART = 3
/** Of the text and words of a name: one letter too many, or another, in a word of six. */
const LEAST_SIMILARITY = 0.4
const HEX = /^0x[0-9a-f]{4,64}$/

interface Found {
  type: string
  id: string
  field: string
  how: number
  similarity: number
  truncated: boolean
}

export function searchResolvers(model: EntityModel): ResolverMap {
  return {
    Query: {
      search: async (_, args: { text: string; first: number }, { scope, chains }) => {
        const text = args.text.trim()
        const first = checkedFirst(args.first)
        if (text.length === 0 || text.length > LONGEST)
          throw userError('BAD_USER_INPUT', `text: ${shown(text)}`, `give 1 to ${LONGEST} characters`)
        const exact = await byId(model, text, scope)
        const found = [...exact, ...(await byFields(scope, text, first, chains))]
        const few = ranked(found).length < first && text.length >= SHORTEST_PART && !HEX.test(lowerHex(text))
        if (few) found.push(...(await alike(scope, text, first)))
        const hits = ranked(found).slice(0, first)
        const nodes = await Promise.all(hits.map(hit => nodeOf(model, `${hit.type}:${hit.id}`, scope)))
        return {
          hits: hits.flatMap((hit, i) => (nodes[i] ? { ...hit, how: HOW[hit.how], node: nodes[i] } : [])),
          truncated: found.some(({ truncated }) => truncated),
        } as unknown as Row
      },
    },
  }
}

/** What has the text as its id, of whatever type; a model that only others name too. */
async function byId(model: EntityModel, text: string, scope: RequestScope): Promise<Found[]> {
  // The chain, and what is in it; an address stands for accounts, which are looked for by their field.
  if (!/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}[/:]./.test(text)) return []
  const node = await nodeOf(model, text, scope)
  if (!node) return []
  const { __typename: type, id } = node
  return [{ type, id, field: 'id', how: 0, similarity: 1, truncated: false }]
}

/** Each thing once, as what it matches best. */
function ranked(found: readonly Found[]): Found[] {
  const best = new Map<string, Found>()
  for (const one of [...found].sort(order)) {
    const key = `${one.type} ${one.id}`
    if (!best.has(key)) best.set(key, one)
  }
  return [...best.values()]
}

function order(a: Found, b: Found): number {
  const place = ({ type }: Found) => (TYPES as readonly string[]).indexOf(type)
  return (
    a.how - b.how ||
    b.similarity - a.similarity ||
    place(a) - place(b) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : a.field < b.field ? -1 : 1)
  )
}

interface Place {
  type: (typeof TYPES)[number]
  table: string
  field: string
  column: string
}

/** Indexes model_search, token_search. */
const TEXTS: Place[] = [
  { type: 'Model', table: 'model', field: 'name', column: 'name' },
  { type: 'Model', table: 'model', field: 'id', column: 'id' },
  { type: 'Token', table: 'token', field: 'symbol', column: 'symbol' },
  { type: 'Token', table: 'token', field: 'name', column: 'name' },
]
/** Indexes account_address, token_address. */
const ADDRESSES: Place[] = [
  { type: 'Account', table: 'account', field: 'address', column: 'address' },
  { type: 'Token', table: 'token', field: 'address', column: 'address' },
]
/** Indexes of content_hash. */
const HASHES: Place[] = [
  { type: 'Model', table: 'model', field: 'contentHash', column: 'content_hash' },
  { type: 'ModelVersion', table: 'model_version', field: 'contentHash', column: 'content_hash' },
]

function byFields(scope: RequestScope, text: string, first: number, chains: readonly string[]) {
  const hex = lowerHex(text)
  const part = `${text.length < SHORTEST_PART ? '' : '%'}${likeLiteral(text)}%`
  const places: Candidates[] = TEXTS.map(place => ({ ...place, operator: 'ILIKE', value: part }))
  if (HEX.test(hex)) {
    places.push(...ADDRESSES.map(place => ({ ...place, operator: 'LIKE', value: `${hex}%` })))
    places.push(...HASHES.map(place => ({ ...place, operator: '=', value: hex })))
  }
  if (isAddress(hex)) {
    const pool = { type: 'StakePool', table: 'stake_pool', field: 'id', column: 'id' } as const
    places.push(...chains.map(chain => ({ ...pool, operator: '=', value: `${chain}/pool:${hex}` })))
  }
  return searched(scope, text, first, places)
}

/** Those of which a word, or some that follow one another, are like the text: what who mistypes a name means. */
async function alike(scope: RequestScope, text: string, first: number): Promise<Found[]> {
  await scope.query({
    name: 'search-alike',
    text: `SELECT set_config('pg_trgm.word_similarity_threshold', '${LEAST_SIMILARITY}', true)`,
  })
  const names = TEXTS.filter(({ field }) => field !== 'id')
  return searched(
    scope,
    text,
    first,
    names.map(place => ({ ...place, operator: '%>', value: text })),
  )
}

interface Candidates extends Place {
  operator: string
  value: string
}

/** The best of each place's first rows. Not prepared, since only a pattern that is known uses an index. */
async function searched(
  scope: RequestScope,
  text: string,
  first: number,
  places: readonly Candidates[],
): Promise<Found[]> {
  const params = new SqlParams()
  const given = params.raw(text, 'text')
  const most = params.raw(MOST_CANDIDATES, 'int')
  const candidates = places.map(
    ({ type, table, field, column, operator, value }, i) =>
      `(SELECT ${i} AS place, '${type}' AS type, id, '${field}' AS field, ${column} AS value
          FROM ${table} WHERE ${column} ${operator} ${params.raw(value, 'text')} LIMIT ${most} + 1)`,
  )
  // Each thing may be there once for each of its fields.
  const wanted = params.raw((first + 1) * places.length, 'int')
  return scope.query<Found>({
    name: 'search',
    prepare: false,
    text: `SELECT type, id, field, how, similarity, bool_or(many) OVER () AS truncated FROM (
        SELECT place, type, id, field, similarity(value, ${given})::float8 AS similarity,
               CASE WHEN lower(value) = lower(${given}) THEN 0 WHEN starts_with(lower(value), lower(${given})) THEN 1
                    WHEN position(lower(${given}) in lower(value)) > 0 THEN 2 ELSE 3 END AS how,
               count(*) OVER (PARTITION BY place) > ${most} AS many
          FROM (${candidates.join(' UNION ALL ')}) candidates) found
      ORDER BY how, similarity DESC, place, id COLLATE "C" LIMIT ${wanted}`,
    values: params.values,
  })
}

/** As LIKE reads it, where \ escapes. */
function likeLiteral(text: string): string {
  return text.replace(/[\\%_]/g, sign => `\\${sign}`)
}
