/**
 * A `.env` file with Windows' line ends leaves a carriage return at the end of each value, in whatever reads it: it is
 * never meant, and is taken off.
 */
export function withoutCarriageReturns(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (value?.endsWith('\r')) env[name] = value.replace(/\r+$/, '')
  }
}
