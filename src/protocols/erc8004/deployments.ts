import type { Deployment } from '../protocol'

/** The same at the same addresses, by CREATE2. A validation registry was published for one test network alone. */
const MAIN = {
  identityRegistry: '0x8004a169fb4a3325136eb29fa0ceb6d2e539a432',
  reputationRegistry: '0x8004baa17c55a88189ae136b182e5fda19de9b63',
}
const TEST = {
  identityRegistry: '0x8004a818bfb912233c491871b3d84c89a494bd9e',
  reputationRegistry: '0x8004b663056a597dffe9eccc1965a193b7388713',
}
const VALIDATION = '0x8004cb1bf31daf7788923b405b754f57aceb4272'
/** Ethereum, OP, BNB, Polygon, Base, Arbitrum, Celo, Avalanche */
const CHAINS = [1, 10, 56, 137, 8453, 42161, 42220, 43114]

/** The first blocks were not found: name one in config, so that none is asked for before it. */
export const deployments: Record<number, Deployment> = {
  ...Object.fromEntries(CHAINS.map(chain => [chain, { contracts: MAIN, firstBlock: 0 }])),
  84532: { contracts: TEST, firstBlock: 0 },
  11155111: { contracts: { ...TEST, validationRegistry: VALIDATION }, firstBlock: 0 },
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  identityRegistry: { required: true, doc: 'ERC-8004 identity registry: agents, owners, URIs, wallets' },
  reputationRegistry: { required: false, doc: 'ERC-8004 reputation registry: feedback' },
  validationRegistry: { required: false, doc: 'ERC-8004 validation registry: requests, responses' },
  paymentToken: {
    required: false,
    many: true,
    doc: 'token with EIP-3009 (USDC) that pays agents by x402: all its transfers are read',
  },
  accountRegistry: { required: false, doc: 'ERC-6551 registry: accounts of agents' },
  intelligentNft: { required: false, many: true, doc: 'ERC-7857: NFTs that carry models, and their clones' },
}
