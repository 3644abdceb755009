// The closing line of .ci/run, from vitest's JSON report: `node .ci/summary.mjs REPORT EXIT_CODE`.
// Ends with 1 if anything failed or no test ran, whatever the exit code says.

import { readFileSync } from 'node:fs'

const [reportFile, exitCode] = process.argv.slice(2)

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined // the build failed, or vitest did before its first test
  }
}

const report = read(reportFile) ?? { testResults: [] }
const tests = report.testResults.flatMap(file => file.assertionResults)
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length
const passed = count('passed')
const skipped = count('pending', 'skipped', 'todo', 'disabled')
// A file that cannot be loaded, or whose set-up throws, has no failed test of its own.
const brokenFiles = report.testResults.filter(
  file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
)
let failed = count('failed') + brokenFiles.length
for (const file of brokenFiles) console.error(`${file.name}: ${file.message}`)
if (failed === 0 && exitCode !== '0') {
  failed = 1
  console.error(`npm test ended with code ${exitCode}, though no test failed: see above`)
}
if (passed + failed === 0) console.error('no test ran')
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 || passed === 0 ? 1 : 0)
