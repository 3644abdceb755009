/**
 * Ends the process with what a user needs: our own errors carry their fix and are printed as they are; anything else
 * is a bug of ours or of a server, and its stack is shown only when DEBUG is set.
 */
export function reportAndExit(error: unknown): never {
  const known = error instanceof Error && /\n {2}fix: /.test(error.message)
  if (known) console.error(`${error.name}: ${error.message}`)
  else if (error instanceof Error && !process.env.DEBUG) {
    console.error(`${error.name}: ${error.message || String((error as { code?: string }).code)}`)
    console.error('  fix: if the message does not tell, run again with DEBUG=1 for the stack, and report it')
  } else console.error(error)
  process.exit(1)
}
