/** `npm run soak -- --seeds …`: the simulations of sim.test.ts, as many as are wanted. */
import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { packageRoot } from '../../src/config/packageRoot'

const program = new Command('soak --seeds')
  .description('Lives through seeds: a chain, its endpoints, Postgres, Neo4j and the processes misbehave')
  .argument('<seeds>', 'how many, from the first on (1000), or which (17-17, 41-1000)')
  .parse()

const wanted = program.args[0]!
if (!/^\d+(-\d+)?$/.test(wanted)) {
  console.error(`soak --seeds: ${wanted}\n  fix: give a number, or a range such as 41-1000`)
  process.exit(1)
}
const { status } = spawnSync(
  process.execPath,
  // verbose: says each seed when it is over, not all at the end
  ['node_modules/vitest/vitest.mjs', 'run', '--reporter=verbose', 'test/sim/sim.test.ts'],
  {
    cwd: packageRoot,
    stdio: 'inherit',
    env: { ...process.env, SIM_SEEDS: wanted.includes('-') ? wanted : `1-${wanted}` },
  },
)
process.exit(status ?? 1)
