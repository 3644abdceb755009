import type { Protocol } from '../protocol'
import { announcing } from './announcements'
import { valuation } from './valuation'
import { vaultHandlers } from './vaults'

/** ERC-4626: vaults that work with what is paid in. What is read and why: ./README.md */
export const erc4626: Protocol = {
  name: 'erc4626',
  revision: 1,
  // A standard has no addresses of its own.
  deployments: {},
  roles: {
    vault: { required: false, many: true, doc: 'a vault of no model; one of a model is named in `models`' },
    factory: { required: false, many: true, doc: 'announces vaults, by the events in `announcements`' },
  },
  models: { role: 'vault', required: false, doc: 'vault' },
  handlers: { vault: vaultHandlers },
  discovers: [],
  announcedBy: signatures => announcing(erc4626, signatures),
  atBlockEnd: { vault: valuation },
}
