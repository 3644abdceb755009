/** `npm run soak -- --hostile`: the attacks of hostile.test.ts for as long as is wanted, on a Postgres of its own. */
import { Command } from 'commander'
import { Pool } from 'pg'
import { Workshop } from '../../bench/workshop'
import { ATTACKS, attack } from './run'
import { seedTables, startTarget } from './target'

const program = new Command('soak --hostile')
  .description('Attacks a server with a small heap: odd queries, bombs, bad HTTP, clients that go away')
  .option('--minutes <n>', 'how long', Number, 10)
  .option('--seed <text>', 'of the first part; each part takes a minute', new Date().toISOString())
  .option('--attack <name>', `one alone: ${Object.keys(ATTACKS).join(', ')}`)

async function main(): Promise<boolean> {
  program.parse()
  const options = program.opts<{ minutes: number; seed: string; attack?: string }>()
  let sound = true
  await Workshop.during(async workshop => {
    const url = await workshop.database()
    const pool = new Pool({ connectionString: url, max: 5 })
    pool.on('error', () => {}) // the server ends before the pool
    await seedTables(pool)
    for (let minute = 0; minute < options.minutes && sound; minute++) {
      const target = await startTarget(url, pool)
      const seed = minute === 0 ? options.seed : `${options.seed}+${minute}`
      const outcome = await attack(target, { seed, ms: 60_000, only: options.attack })
      await target.stop()
      const at = (share: number) => outcome.health[Math.floor((outcome.health.length - 1) * share)]
      console.log(
        `${seed}: ${outcome.attacks} attacks ${JSON.stringify(outcome.byName)}, slowest ${outcome.slowest} ms, ` +
          `/health p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms, ${outcome.findings.length} findings`,
      )
      for (const finding of outcome.findings) console.log(`\n${finding}`)
      sound = outcome.findings.length === 0
      if (!sound) console.log(`\nthe same again: npm run soak -- --hostile --minutes 1 --seed ${seed}`)
    }
    await pool.end()
  })
  return sound
}

main().then(
  sound => process.exit(sound ? 0 : 1),
  error => {
    console.error(error)
    process.exit(1)
  },
)
