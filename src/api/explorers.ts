import type { ChainConfig } from '../config/config'
import { EXPLORERS } from '../statements/explorers'

/** Where people look at each chain's transactions: as configured, else where a public chain is known to be shown. */
export function explorersOf(
  chains: readonly Pick<ChainConfig, 'caip2' | 'explorer'>[],
): Readonly<Record<string, string>> {
  const configured = chains.flatMap(({ caip2, explorer }) => (explorer ? [[caip2, explorer]] : []))
  return { ...EXPLORERS, ...Object.fromEntries(configured) }
}
