import type { ChainConfig } from '../config/config'
import { protocols } from '../protocols/registry'
import type { Source } from './contracts'

/** The protocols that a chain's configuration names, as deployed there. */
export function sourcesOf(chain: ChainConfig): Source[] {
  return Object.entries(chain.protocols).map(([name, deployment]) => {
    const protocol = protocols[name]!
    const { announcements } = deployment
    return { protocol: (announcements && protocol.announcedBy?.(announcements)) ?? protocol, deployment }
  })
}
