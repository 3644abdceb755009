import { StatementError } from '../errors'
import { beancount } from './beancount'
import { cointracker } from './cointracker'
import { cointracking } from './cointracking'
import { cryptio } from './cryptio'
import { csv } from './csv'
import type { Chosen, Format } from './format'
import { hledger } from './hledger'
import { json } from './json'
import { koinly } from './koinly'
import { parquet } from './parquet'
import { pdf } from './pdf'
import { xlsx } from './xlsx'

/** The formats by what ends their files' names, and the URL. */
export const formats: Readonly<Record<string, Format>> = {
  csv,
  json,
  xlsx,
  parquet,
  pdf,
  beancount,
  'hledger.journal': hledger,
  'koinly.csv': koinly,
  'cointracker.csv': cointracker,
  'cryptio.csv': cryptio,
  'cointracking.csv': cointracking,
}

/** Undefined: there is none of that name. */
export function formatNamed(extension: string | undefined): Format | undefined {
  return extension !== undefined && Object.hasOwn(formats, extension) ? formats[extension] : undefined
}

export function requireFormat(extension: string): Format {
  const format = formatNamed(extension)
  if (format) return format
  throw new StatementError('BAD_FORMAT', `format ${JSON.stringify(extension)}`, `use ${knownFormats()}`)
}

export function knownFormats(prefix = ''): string {
  const names = Object.keys(formats).map(name => `${prefix}${name}`)
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** What was asked of the format's choices, and what stands where nothing was. */
export function chosenOf(
  { choices = {} }: Format,
  asked: Readonly<Record<string, string | undefined>>,
): Chosen {
  return Object.fromEntries(
    Object.entries(choices).map(([name, values]) => {
      const value = asked[name] ?? values[0]!
      if (values.includes(value)) return [name, value]
      throw new StatementError(
        'BAD_PARAMETER',
        `${name} ${JSON.stringify(value.slice(0, 60))}`,
        `give ${values.join(' or ')}`,
      )
    }),
  )
}
