import { StatementError } from './errors'
import type { Chosen, Format } from './formats/format'
import { chosenOf } from './formats/registry'
import { parseHeight, type StatementInput } from './request'

const PARAMETERS = ['from', 'to', 'asOf', 'partial', 'replaces', 'prices']

/** What a URL asks for. @throws StatementError for what it may not, naming what it may */
export function parametersOf(
  query: URLSearchParams,
  format: Format,
): { input: Omit<StatementInput, 'account'>; chosen: Chosen } {
  const choices = Object.keys(format.choices ?? {})
  const known = [...PARAMETERS, ...choices]
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) {
      throw new StatementError(
        'BAD_PARAMETER',
        `parameter ${JSON.stringify(name.slice(0, 60))}`,
        `give ${known.join(', ')} only`,
      )
    }
    if (name !== 'asOf' && query.getAll(name).length > 1) {
      throw new StatementError('BAD_PARAMETER', `parameter ${name} twice`, `give ${name} once`)
    }
  }
  return {
    input: {
      from: query.get('from') ?? '',
      to: query.get('to') ?? '',
      asOf: query.getAll('asOf').map(parseHeight),
      partial: flag(query, 'partial'),
      replaces: query.get('replaces') ?? undefined,
      prices: query.get('prices') ?? undefined,
    },
    chosen: chosenOf(format, Object.fromEntries(choices.map(name => [name, query.get(name) ?? undefined]))),
  }
}

function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name) ?? 'false'
  if (value === 'true' || value === 'false') return value === 'true'
  throw new StatementError(
    'BAD_PARAMETER',
    `${name} ${JSON.stringify(value.slice(0, 60))}`,
    'give true or false',
  )
}
