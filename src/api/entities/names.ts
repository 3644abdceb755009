import type { Entity } from './entityModel'

/** `StakePool` -> `stakePool`, the field of Query that takes an id. */
export function singular(entity: Entity): string {
  return entity.name[0]!.toLowerCase() + entity.name.slice(1)
}

/** `StakePool` -> `stakePools`, the field of Query that is a connection. */
export function plural(entity: Entity): string {
  // A plural already; the singular takes the name.
  if (entity.name === 'LicenseTerms') return 'allLicenseTerms'
  const name = singular(entity)
  return /(s|sh|ch|x)$/.test(name) ? `${name}es` : `${name}s`
}
