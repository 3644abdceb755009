import type { Protocol } from '../protocol'
import { deployments, roles } from './deployments'
import { disputeHandlers } from './disputes'
import { groupingHandlers } from './groups'
import { nftDiscovery, nftHandlers, registryHandlers } from './ips'
import { licenseHandlers, templateDiscovery, templateHandlers } from './licenses'
import { derivativeRegistered, linkedToParents } from './links'
import { paymentHandlers, transferHandlers } from './revenue'
import { vaultDeployed, vaultDiscovery, vaultHandlers } from './vaults'

/** Story Protocol: IP assets, derivatives, licences, royalties, disputes, groups. What is read and why: ./README.md */
export const story: Protocol = {
  name: 'story',
  revision: 3,
  deployments,
  roles,
  handlers: {
    ipAssetRegistry: registryHandlers,
    licensingModule: { ...derivativeRegistered, ...licenseHandlers },
    licenseTemplate: templateHandlers,
    royaltyModule: { ...linkedToParents, ...vaultDeployed, ...paymentHandlers },
    royaltyPolicyLap: transferHandlers,
    royaltyPolicyLrp: transferHandlers,
    vault: vaultHandlers,
    disputeModule: disputeHandlers,
    groupingModule: groupingHandlers,
    nft: nftHandlers,
  },
  discovers: [vaultDiscovery, templateDiscovery, nftDiscovery],
}
