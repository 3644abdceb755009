import type { Deployment } from '../protocol'

/** The same addresses on both chains (docs.story.foundation, and the logs of test/data/recordings). */
const contracts = {
  ipAssetRegistry: '0x77319b4031e6ef1250907aa00018b8b1c67a244b',
  licensingModule: '0x04fbd8a2e56dd85cfd5500a4a4dfa955b9f1de6f',
  licenseRegistry: '0x529a750e02d8e2f15649c13d69a465286a780e24',
  royaltyModule: '0xd2f60c40febccf6311f8b47c4f2ec6b040400086',
  royaltyPolicyLap: '0xbe54fb168b3c982b7aae60db6cf75bd8447b390e',
  royaltyPolicyLrp: '0x9156e603c949481883b1d3355c6f1132d191fc41',
  disputeModule: '0x9b7a9c70aff961c799110954fc06f3093aeb94c5',
  groupingModule: '0x69d3a7aa9edb72bc226e745a7ccdd50d947b69ac',
}

/** The blocks of deployment were not found: reading begins with the chain, which costs time once and misses nothing. */
const firstBlock = 1

/** Chain id -> deployment: Story mainnet and its test network Aeneid. */
export const deployments: Record<number, Deployment> = {
  1514: { contracts, firstBlock },
  1315: { contracts, firstBlock },
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  ipAssetRegistry: { required: true, doc: 'IPAssetRegistry: models and groups are registered' },
  licensingModule: { required: true, doc: 'LicensingModule: derivatives, terms offered, licences minted' },
  royaltyModule: { required: true, doc: 'RoyaltyModule: shares of links, payments, vaults deployed' },
  royaltyPolicyLap: { required: true, doc: 'RoyaltyPolicyLAP: absolute shares, transfers to ancestors' },
  royaltyPolicyLrp: { required: true, doc: 'RoyaltyPolicyLRP: relative shares, transfers to ancestors' },
  disputeModule: { required: true, doc: 'DisputeModule: disputes, judgements, taint' },
  groupingModule: { required: false, doc: 'GroupingModule: groups and their members' },
  licenseRegistry: {
    required: false,
    doc: 'LicenseRegistry: announces licence templates, whose terms are read',
  },
}
