import { Command } from 'commander'
import { addGraph } from '../../src/cli/graph'
import { addIndex } from '../../src/cli/indexCommand'
import { addMigrate } from '../../src/cli/migrateCommand'
import { addReplay } from '../../src/cli/replayCommand'
import { addSandbox } from '../../src/cli/sandboxCommand'
import { addServe } from '../../src/cli/serveCommand'
import { addStatement } from '../../src/cli/statementCommand'
import { addVerify } from '../../src/cli/verifyCommand'
import { addVerifyStatement } from '../../src/cli/verifyStatementCommand'

/** What is wrong with arguments of `provenance`, without running them; undefined: nothing. */
export function misusedArguments(args: string[]): string | undefined {
  const program = new Command('provenance')
  for (const add of [
    addSandbox,
    addMigrate,
    addIndex,
    addGraph,
    addServe,
    addStatement,
    addVerifyStatement,
    addReplay,
    addVerify,
  ])
    add(program)
  let command = program
  const rest = [...args]
  while (rest[0] !== undefined && !rest[0].startsWith('-')) {
    const next: Command | undefined = command.commands.find(candidate => candidate.name() === rest[0])
    if (!next) break
    command = next
    rest.shift()
  }
  if (command.commands.length > 0) return `${args.join(' ')}: names no command`
  while (rest.length > 0) {
    const flag = rest.shift()!
    const option = command.options.find(({ long, short }) => flag === long || flag === short)
    if (!option) return `${command.name()} has no ${flag}`
    if (option.required && rest.shift() === undefined) return `${flag} lacks its value`
  }
  return undefined
}

/** The arguments that follow the `--name` of an option. */
export function optionValue(args: string[], option: string): string | undefined {
  const at = args.indexOf(option)
  return at === -1 ? undefined : args[at + 1]
}
