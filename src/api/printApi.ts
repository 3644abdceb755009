import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { lexicographicSortSchema, printSchema } from 'graphql'
import { packageRoot } from '../config/packageRoot'
import { readEntityModel } from './entities/entityModel'
import { printedReference } from './printReference'
import { buildApiSchema } from './schema'

/** The schema as clients see it, in the order of the alphabet so that a difference shows what changed. */
export function printedApi(): string {
  const schema = printSchema(lexicographicSortSchema(buildApiSchema(readEntityModel())))
  return `# The GraphQL API as served. Made by \`npx tsx src/api/printApi.ts\`; a test checks that it is current.\n\n${schema}\n`
}

/** The same as a page of the documentation. */
export function printedPage(): string {
  return printedReference(lexicographicSortSchema(buildApiSchema(readEntityModel())))
}

if (require.main === module) {
  writeFileSync(path.join(packageRoot, 'api.graphql'), printedApi())
  writeFileSync(path.join(packageRoot, 'docs/api.md'), printedPage())
}
