/** Reads the parameters of JSON-RPC methods: what does not fit is an error that names the place and the value. */
import { INVALID_PARAMS, RpcError } from './rpcError'

/** Execution API: no leading zeros. */
const QUANTITY = /^0x(0|[1-9a-f][0-9a-f]*)$/i

export function quantity(value: unknown, name: string): number {
  const number = typeof value === 'string' && QUANTITY.test(value) ? Number(value) : Number.NaN
  if (Number.isSafeInteger(number)) return number
  throw invalid(name, value, 'a quantity such as "0x1f"')
}

/** In lower case. */
export function bytes(value: unknown, length: number, name: string): string {
  const pattern = new RegExp(`^0x[0-9a-f]{${2 * length}}$`, 'i')
  if (typeof value === 'string' && pattern.test(value)) return value.toLowerCase()
  throw invalid(name, value, `0x and ${2 * length} hex digits`)
}

export function object(value: unknown, name: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  throw invalid(name, value, 'an object')
}

export function optionalBoolean(value: unknown, name: string): boolean {
  if (value === undefined || value === null) return false
  if (typeof value === 'boolean') return value
  throw invalid(name, value, 'true or false')
}

export function invalid(name: string, value: unknown, expected: string): RpcError {
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80)
  return new RpcError(INVALID_PARAMS, `${name} is ${shown}, expected ${expected}`)
}
