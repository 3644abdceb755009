import type { Protocol } from '../protocol'
import { deployments, roles } from './deployments'
import { identityHandlers } from './identity'
import { accountRegistryHandlers, intelligentNftHandlers } from './nfts'
import { paymentHandlers } from './payments'
import { reputationHandlers } from './reputation'
import { validationHandlers } from './validation'

/** ERC-8004: agents, feedback, validations; x402, ERC-6551, ERC-7857. What is read and why: ./README.md */
export const erc8004: Protocol = {
  name: 'erc8004',
  revision: 1,
  deployments,
  roles,
  handlers: {
    identityRegistry: identityHandlers,
    reputationRegistry: reputationHandlers,
    validationRegistry: validationHandlers,
    paymentToken: paymentHandlers,
    accountRegistry: accountRegistryHandlers,
    intelligentNft: intelligentNftHandlers,
  },
  discovers: [],
}
