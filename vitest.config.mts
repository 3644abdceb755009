import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Our sources import graphql as ESM here, yoga as CommonJS: two copies, which do not know each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/globalSetup.ts'],
    // Two files at a time, on two cores: most wait as long as they work. One where all must share a given Neo4j.
    maxWorkers: process.env.NEO4J_URL ? 1 : 2,
    pool: 'forks',
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
})
