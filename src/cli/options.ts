import { join } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import type { ChainConfig, Config } from '../config/config'
import { ConfigError } from '../config/configError'
import { loadConfig } from '../config/load'
import { packageRoot } from '../config/packageRoot'
import { protocols } from '../protocols/registry'

/** `--config FILE`, which every command that works on a deployment takes. */
export function configOption(): Option {
  return new Option(
    '-c, --config <file>',
    'deployment: chains, contracts, servers (YAML; config/schema.json describes it)',
  )
    .env('PROVENANCE_CONFIG')
    .default(join(packageRoot, 'config/local.yaml'), 'config/local.yaml')
}

/** `--metrics-port NUMBER`, of the processes that have no other server. */
export function metricsPortOption(otherwise: string): Option {
  return new Option('--metrics-port <number>', `port of the Prometheus metrics; ${otherwise}`)
    .argParser(port)
    .env('PROMETHEUS_PORT')
}

/** Reads the file that `--config` named. */
export function readConfig(options: { config: string }): Config {
  return loadConfig(options.config, protocols)
}

/** The chain that `--chain` named, by id, name or CAIP-2 id. @throws ConfigError with the names there are */
export function chainNamed(config: Config, written: string): ChainConfig {
  const wanted = written.toLowerCase()
  const chain = config.chains.find(({ id, name, caip2 }) => [String(id), name, caip2].includes(wanted))
  if (chain) return chain
  throw new ConfigError(
    '--chain',
    `${config.file} has no chain "${written}"`,
    `use one of: ${config.chains.map(({ id, name }) => `${name} (${id})`).join(', ')}`,
  )
}

/** A port number, for commander. */
export function port(value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new InvalidArgumentError('a port is a whole number from 0 to 65535')
  }
  return number
}

/** A whole number of at least `least`, for commander. */
export function wholeNumber(least: number): (value: string) => number {
  return value => {
    const number = Number(value)
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}`)
    }
    return number
  }
}

/** Ends at once when asked to: all work is in transactions, so there is nothing to tidy up. */
export function exitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0))
}

/** Aborted by the first SIGINT or SIGTERM; a second one ends the process. */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(1)
      controller.abort()
    })
  }
  return controller.signal
}
