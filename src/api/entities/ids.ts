import type { GraphQLError } from 'graphql'
import { lowerHex } from '../../postgres/lowerHex'
import { shown, userError } from '../userError'
import type { EntityField } from './entityModel'

/** CAIP-2 chain id, which every id of ours begins with. */
const CHAIN = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}/
const MODEL = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32})\/([a-z][-a-z0-9]*):(.+)$/s
const ACCOUNT = /^([-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}):(0x[0-9a-f]{40})$/
const ADDRESS = /^0x[0-9a-f]{40}$/

const HEX_FIELDS = new Set(['address', 'contract', 'transaction', 'contentHash', 'guid'])

/** A value to compare a field with, hex in lower case where the field holds ids, addresses or hashes. */
export function normalizeHex(field: EntityField, value: unknown): unknown {
  const holdsHex = field.type === 'ID' || HEX_FIELDS.has(field.name) || field.name.endsWith('Id')
  if (!holdsHex) return value
  if (Array.isArray(value)) return value.map(one => normalizeHex(field, one))
  return typeof value === 'string' ? lowerHex(value) : value
}

/** `eip155:1514/story:0x…` -> its chain and protocol; undefined: no model id. */
export function parseModelId(id: string): { chain: string; protocol: string } | undefined {
  const match = MODEL.exec(id)
  return match ? { chain: match[1]!, protocol: match[2]! } : undefined
}

/** `eip155:1:0x…` -> its chain and address; undefined: no account id. */
export function parseAccountId(id: string): { chain: string; address: string } | undefined {
  const match = ACCOUNT.exec(id)
  return match ? { chain: match[1]!, address: match[2]! } : undefined
}

export function isAddress(id: string): boolean {
  return ADDRESS.test(id)
}

/** Why an id that no row has cannot be one; undefined: it can. */
export function malformedId(entity: string, id: string): GraphQLError | undefined {
  if (entity === 'Model')
    return parseModelId(id) ? undefined : bad('model', id, 'eip155:1514/story:0x… (CAIP-19-like)')
  if (entity === 'Account') {
    if (parseAccountId(id) || isAddress(id)) return undefined
    return bad('account', id, 'eip155:1:0x… (CAIP-10), or a bare address 0x… for all chains')
  }
  return CHAIN.test(id)
    ? undefined
    : bad(entity, id, 'an id as answers give it; it begins with the chain, eip155:1')
}

function bad(what: string, id: string, form: string): GraphQLError {
  return userError('MALFORMED_ID', `not the id of a ${what}: ${shown(id)}`, `write ${form}`)
}
