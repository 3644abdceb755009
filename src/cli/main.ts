import { Command } from 'commander'
import { withoutCarriageReturns } from '../config/environment'
import { addGraph } from './graph'
import { addIndex } from './indexCommand'
import { addLineage } from './lineageCommand'
import { addMigrate } from './migrateCommand'
import { addPrices } from './pricesCommand'
import { addRecord } from './recordCommand'
import { addReplay } from './replayCommand'
import { reportAndExit } from './reportAndExit'
import { addSandbox } from './sandboxCommand'
import { addServe } from './serveCommand'
import { addStatement } from './statementCommand'
import { addVerify } from './verifyCommand'
import { addVerifyStatement } from './verifyStatementCommand'

withoutCarriageReturns(process.env)

/** The command line. Each subcommand is a file and loads what it needs only when it runs. */
const program = new Command('provenance')
  .description(
    'Provenance graph of AI models: index chains, project to Neo4j, answer in GraphQL, export statements.',
  )
  .showHelpAfterError('(provenance --help lists the commands)')
  .enablePositionalOptions()

addSandbox(program)
addMigrate(program)
addIndex(program)
addVerify(program)
addGraph(program)
addServe(program)
addLineage(program)
addStatement(program)
addVerifyStatement(program)
addPrices(program)
addRecord(program)
addReplay(program)

// A reader that has seen enough (`| head`) closes the pipe: nothing is wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

program.parseAsync(process.argv).catch(reportAndExit)
