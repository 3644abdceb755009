import { decodeAbiParameters, parseAbiParameters } from 'viem'
import { namedModel } from '../../ledger/ids'

/** Names of the field, of type `string`, that holds a model's id; the first that a schema has counts. */
const FIELDS = ['model', 'modelId']

/**
 * The model that a payload is about.
 *
 * @param layout the schema's fields: `string model, bytes32 proof`
 * @returns undefined: the schema has no such field
 * @throws where the payload is not of the layout, or what it names is no model
 */
export function modelIn(layout: string, data: string): string | undefined {
  const fields = parseAbiParameters(layout)
  const values = decodeAbiParameters(fields, data as `0x${string}`) as unknown[]
  const at = fields.findIndex(({ name, type }) => type === 'string' && FIELDS.includes(name ?? ''))
  if (at < 0) return undefined
  return namedModel(values[at] as string)
}
