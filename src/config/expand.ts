import { ConfigError } from './configError'

const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g

/**
 * Replaces `${VAR}` and `${VAR:-default}` in every string of a parsed YAML value. An empty variable counts as unset.
 *
 * @throws ConfigError where a variable without default is not set
 */
export function expand(value: unknown, env: NodeJS.ProcessEnv, place = ''): unknown {
  if (typeof value === 'string') {
    return value.replace(VARIABLE, (_, name: string, fallback?: string) => {
      const found = env[name] || fallback
      if (found === undefined) {
        throw new ConfigError(
          place,
          `the environment variable ${name} is not set`,
          `set ${name}, or write \${${name}:-default}`,
        )
      }
      return found
    })
  }
  if (Array.isArray(value)) return value.map((item, i) => expand(item, env, `${place}[${i}]`))
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expand(item, env, place ? `${place}.${key}` : key)]),
    )
  }
  return value
}
