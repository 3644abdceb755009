import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Largest files first, as vitest does it where it knows no times; but small files whose tests are long before all. */
class LongestFirst extends BaseSequencer {
  private readonly long = [
    'test/sim/',
    'test/system/sandbox.',
    'test/system/oneWriter.',
    'test/system/verify.',
  ]

  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => this.long.some(part => moduleId.includes(part))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLong), ...sorted.filter(file => !isLong(file))]
  }
}

export default defineConfig({
  // Our sources import graphql as ESM here, yoga as CommonJS: two copies, which do not know each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/fixtures/globalSetup.ts'],
    // Two files at a time, on two cores: most wait as long as they work. One where all must share a given Neo4j.
    maxWorkers: process.env.NEO4J_URL ? 1 : 2,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
})
