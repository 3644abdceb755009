import type { Entity } from './entityModel'

/** A row of an entity under the API's field names: numeric as string, timestamptz as Date. */
export type Row = { id: string } & Record<string, unknown>

/** `t."id" AS "id", t."model_id" AS "modelId", …` */
export function columnList(entity: Entity, alias: string): string {
  return entity.fields.map(field => `${alias}."${field.column}" AS "${field.name}"`).join(', ')
}

/** `"stake_pool" t` */
export function tableAs(entity: Entity, alias: string): string {
  return `"${entity.table}" ${alias}`
}
