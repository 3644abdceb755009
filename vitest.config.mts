import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Our sources import graphql as ESM here, yoga as CommonJS: two copies, which do not know each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/globalSetup.ts'],
    // One file at a time: the files share two cores, one Postgres and one Neo4j (Community holds one database).
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
})
