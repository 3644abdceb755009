import type { Pool } from 'pg'
import { readEntityModel } from '../../src/api/entities/entityModel'

export const CHAIN = 'eip155:31337'
export const ADDRESS = (n: number) => `0x${n.toString(16).padStart(40, '0')}`
export const ACCOUNT = (n: number, chain = CHAIN) => `${chain}:${ADDRESS(n)}`
export const MODEL = (n: number, chain = CHAIN) => `${chain}/reference:${n}`
export const TOKEN = `${CHAIN}/erc20:${ADDRESS(0xeee)}`

const model = readEntityModel()
let made = 0

/** A row of an entity; what is not given and may not be null has a plain value. */
export async function insertRow(
  pool: Pool,
  entityName: string,
  given: Record<string, unknown>,
): Promise<void> {
  const entity = model.entity(entityName)
  const defaults: Record<string, unknown> = {
    id: `${CHAIN}/${entityName.toLowerCase()}-${String(++made).padStart(6, '0')}`,
    chain: CHAIN,
    protocol: 'reference',
    contract: ADDRESS(0xc0),
    time: '2026-01-01T00:00:00Z',
    block: 1,
    transaction: `0x${'0'.repeat(64)}`,
  }
  const values = entity.fields.map(field => {
    if (field.name in given) return given[field.name]
    if (field.name in defaults) return defaults[field.name]
    if (field.nullable) return null
    if (field.type === 'Boolean') return false
    if (field.type === 'DateTime') return defaults.time
    if (field.type === 'StringList') return []
    if (field.type === 'Enum') return model.enums.get(field.graphqlType)![0]
    return field.type === 'Int' || field.type === 'BigInt' ? 0 : ''
  })
  const columns = entity.fields.map(field => `"${field.column}"`).join(', ')
  const places = values.map((_, i) => `$${i + 1}`).join(', ')
  await pool.query(
    `INSERT INTO "${entity.table}" (${columns}) VALUES (${places})`,
    values.map(value => (typeof value === 'bigint' ? value.toString() : value)),
  )
}

/** What a processor's store and progress say of a chain. */
export async function setHeights(
  pool: Pool,
  heights: {
    height: number
    finalized: number
    head?: number
    time?: Date
    problem?: string
    updatedAt?: Date
    secondsLeft?: number | null
  },
): Promise<void> {
  const {
    height,
    finalized,
    head = height,
    time = new Date(),
    problem = null,
    updatedAt = new Date(),
    secondsLeft = null,
  } = heights
  const schema = 'squid_31337'
  await pool.query(`CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${schema}.status (id int PRIMARY KEY, height int NOT NULL, hash text, nonce int DEFAULT 0);
    CREATE TABLE IF NOT EXISTS ${schema}.hot_block (height int PRIMARY KEY, hash text NOT NULL);
    DELETE FROM ${schema}.status; DELETE FROM ${schema}.hot_block`)
  await pool.query(`INSERT INTO ${schema}.status (id, height, hash) VALUES (0, $1, $2)`, [
    finalized,
    `0xf${finalized}`,
  ])
  for (let block = finalized + 1; block <= height; block++)
    await pool.query(`INSERT INTO ${schema}.hot_block VALUES ($1, $2)`, [block, `0xb${block}`])
  await pool.query(
    `INSERT INTO indexer_progress (chain, name, state_schema, head, indexed, indexed_hash, indexed_time, finalized,
       start_block, blocks_per_second, seconds_left, problem, updated_at)
     VALUES ($1, 'local', $2, $3, $4, $5, $6, $7, 0, 1, $8, $9, $10)
     ON CONFLICT (chain) DO UPDATE SET head = $3, indexed = $4, indexed_hash = $5, indexed_time = $6, finalized = $7,
       seconds_left = $8, problem = $9, updated_at = $10`,
    [
      CHAIN,
      schema,
      head,
      height,
      height > finalized ? `0xb${height}` : `0xf${finalized}`,
      time,
      finalized,
      secondsLeft,
      problem,
      updatedAt,
    ],
  )
}
