/**
 * What the graph in Neo4j holds, as data: each label and relationship type, the table it is made from, and its properties.
 * Every relationship has the id of the row that it is made from, which is unique within its type.
 */

/**
 * How a column becomes a property. `amount`: a decimal string (a uint256 does not fit Neo4j's 64 bits) and, beside it under
 * the name + `Float`, the nearest float to order and calculate by. `time`: ISO-8601 in UTC. A null is left out.
 */
export type PropertyType = 'text' | 'int' | 'bool' | 'amount' | 'time'

export interface Property {
  name: string
  column: string
  type: PropertyType
}

export interface NodeElement {
  label: Label
  table: string
  properties: Property[]
}

export interface RelationshipElement {
  type: string
  table: string
  from: { label: Label; column: string }
  to: { label: Label; column: string }
  /** SQL: rows that make no relationship are left out */
  where: string
  properties: Property[]
}

export type Label = 'Model' | 'Account' | 'Token' | 'Pool'

export const nodeElements: NodeElement[] = [
  {
    label: 'Model',
    table: 'model',
    properties: [
      text('chain'),
      text('protocol'),
      text('kind'),
      text('contract'),
      text('tokenId', 'token_id'),
      text('name'),
      text('metadataUri', 'metadata_uri'),
      text('contentHash', 'content_hash'),
      int('version'),
      int('forkRoyaltyPpm', 'fork_royalty_ppm'),
      { name: 'tainted', column: 'tainted', type: 'bool' },
      int('block'),
      { name: 'time', column: 'time', type: 'time' },
    ],
  },
  { label: 'Account', table: 'account', properties: [text('chain'), text('address')] },
  {
    label: 'Token',
    table: 'token',
    properties: [text('chain'), text('address'), text('symbol'), text('name'), int('decimals')],
  },
  {
    label: 'Pool',
    table: 'stake_pool',
    properties: [
      text('chain'),
      text('protocol'),
      text('kind'),
      amount('activeAssets', 'active_assets'),
      amount('exitingAssets', 'exiting_assets'),
      amount('slashedAssets', 'slashed_assets'),
      amount('totalShares', 'total_shares'),
      int('patronCount', 'patron_count'),
    ],
  },
]

export const relationshipElements: RelationshipElement[] = [
  {
    type: 'FORKED_FROM',
    table: 'lineage_edge',
    from: { label: 'Model', column: 'child_id' },
    to: { label: 'Model', column: 'parent_id' },
    where: 'true',
    properties: [
      text('role'),
      int('ordinal'),
      int('sharePpm', 'share_ppm'),
      amount('shareNumerator', 'share_numerator'),
      amount('shareDenominator', 'share_denominator'),
      text('policy'),
      int('block'),
      { name: 'time', column: 'time', type: 'time' },
    ],
  },
  {
    type: 'OWNS',
    table: 'model',
    from: { label: 'Account', column: 'owner_id' },
    to: { label: 'Model', column: 'id' },
    where: 'owner_id IS NOT NULL',
    properties: [],
  },
  {
    type: 'STEERS',
    table: 'stake_pool',
    from: { label: 'Pool', column: 'id' },
    to: { label: 'Model', column: 'model_id' },
    where: 'model_id IS NOT NULL',
    properties: [],
  },
  {
    type: 'HOLDS',
    table: 'stake_pool',
    from: { label: 'Pool', column: 'id' },
    to: { label: 'Token', column: 'asset_id' },
    where: 'true',
    properties: [],
  },
  {
    type: 'STAKES',
    table: 'stake_position',
    from: { label: 'Account', column: 'account_id' },
    to: { label: 'Pool', column: 'pool_id' },
    where: 'shares > 0',
    properties: [amount('shares')],
  },
  {
    type: 'DELEGATES',
    table: 'stake_position',
    from: { label: 'Account', column: 'account_id' },
    to: { label: 'Account', column: 'delegate_id' },
    where: 'shares > 0 AND delegate_id <> account_id',
    properties: [text('pool', 'pool_id'), amount('shares')],
  },
  {
    type: 'VOTES_FOR',
    table: 'steering_vote',
    from: { label: 'Account', column: 'account_id' },
    to: { label: 'Model', column: 'model_id' },
    where: 'weight_bps > 0 AND model_id IS NOT NULL',
    properties: [
      text('pool', 'pool_id'),
      text('gauge', 'gauge_id'),
      int('weightBps', 'weight_bps'),
      // what it weighs at t: bias - slope × (t - time), 0 from endsAt on
      amount('bias'),
      amount('slope'),
      { name: 'endsAt', column: 'ends_at', type: 'time' },
      { name: 'permanent', column: 'permanent', type: 'bool' },
      { name: 'time', column: 'time', type: 'time' },
    ],
  },
  {
    type: 'RESTAKES',
    table: 'restaked_position',
    from: { label: 'Account', column: 'account_id' },
    to: { label: 'Pool', column: 'pool_id' },
    where: 'deposit_shares > 0',
    properties: [
      amount('depositShares', 'deposit_shares'),
      amount('scalingFactor', 'scaling_factor'),
      amount('beaconFactor', 'beacon_factor'),
    ],
  },
  {
    type: 'RESTAKES_WITH',
    table: 'restaker',
    from: { label: 'Account', column: 'account_id' },
    to: { label: 'Account', column: 'operator_id' },
    where: 'operator_id IS NOT NULL',
    properties: [],
  },
  {
    type: 'OPERATES',
    table: 'operator_stake',
    from: { label: 'Account', column: 'operator_id' },
    to: { label: 'Pool', column: 'pool_id' },
    where: 'shares > 0',
    properties: [amount('shares'), amount('maxMagnitude', 'max_magnitude')],
  },
  {
    // what an operator allocates to an AVS that serves a model
    type: 'SECURES',
    table: 'operator_allocation',
    from: { label: 'Account', column: 'operator_id' },
    to: { label: 'Model', column: 'model_id' },
    where: 'model_id IS NOT NULL',
    properties: [
      text('pool', 'pool_id'),
      text('avs', 'avs_id'),
      amount('operatorSet', 'operator_set'),
      amount('currentMagnitude', 'current_magnitude'),
      amount('targetMagnitude', 'target_magnitude'),
      amount('effectBlock', 'effect_block'),
    ],
  },
  {
    type: 'PAID_ROYALTY',
    table: 'royalty_total',
    from: { label: 'Model', column: 'from_model_id' },
    to: { label: 'Model', column: 'to_model_id' },
    where: 'true',
    properties: [text('token', 'token_id'), amount('accrued'), int('count')],
  },
]

/** Property value as the driver takes it: bigint is Neo4j's integer, number its float. */
export type PropertyValue = string | bigint | number | boolean

/** Properties of the node or relationship that a row makes, id included. */
export function propertiesOf(
  element: { properties: Property[] },
  row: Record<string, unknown>,
): Record<string, PropertyValue> {
  const properties: Record<string, PropertyValue> = { id: row.id as string }
  for (const { name, type } of element.properties) {
    const value = row[name]
    if (value === null || value === undefined) continue
    switch (type) {
      case 'text':
        properties[name] = String(value)
        break
      case 'int':
        properties[name] = BigInt(value as number)
        break
      case 'bool':
        properties[name] = value as boolean
        break
      case 'time':
        properties[name] = (value as Date).toISOString()
        break
      case 'amount':
        properties[name] = value as string
        properties[`${name}Float`] = Number(value)
        break
    }
  }
  return properties
}

/** Names of the properties that `propertiesOf` may give. */
export function propertyNames(element: { properties: Property[] }): string[] {
  return [
    'id',
    ...element.properties.flatMap(({ name, type }) => (type === 'amount' ? [name, `${name}Float`] : [name])),
  ]
}

/** Properties of a node that relationships name and no row has (yet): what its id tells. */
export function stubProperties(label: Label, id: string): Record<string, PropertyValue> {
  const properties: Record<string, PropertyValue> = { id, status: 'STUB' }
  const chain = /^[^:/]+:[^:/]+/.exec(id)?.[0]
  if (chain) properties.chain = chain
  const reference = chain ? id.slice(chain.length + 1) : ''
  if (label === 'Model') {
    const protocol = /^[^:]+(?=:)/.exec(reference)?.[0]
    if (protocol) properties.protocol = protocol
  }
  if (label === 'Account' && reference) properties.address = reference
  return properties
}

/** SQL for the columns, under the properties' names. */
export function selectProperties(element: { properties: Property[] }): string {
  return element.properties.map(({ name, column }) => `, ${column} AS "${name}"`).join('')
}

function text(name: string, column = name): Property {
  return { name, column, type: 'text' }
}

function int(name: string, column = name): Property {
  return { name, column, type: 'int' }
}

function amount(name: string, column = name): Property {
  return { name, column, type: 'amount' }
}
