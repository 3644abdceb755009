import type { Deployment } from '../protocol'

/** Of the protocol's public inventories. Those of AgentRewardV2 and V3 and of the AgentMigrator were not found. */
export const deployments: Record<number, Deployment> = {
  8453: {
    contracts: {
      virtual: '0x0b3e328455c4059eeb9e3f84b5543f74e24e7e1b',
      veVirtual: '0x60a203ddcde45fbfb325bdeea93824b5726b4df8',
      agentNft: '0x50725af160260a316b2673c71c8c21469f6732c0',
      agentFactoryV3: '0x71b8efc8bcad65a5d9386d07f2dff57ab4eaf533',
      agentFactoryV4: '0xeb8a7b0184373550dcaa79156812f5d33e998c1e',
      agentFactoryV6: '0xfc949b4c0852058a6c7529e5b1dcb65f2bf821d3',
      agentFactoryV7: '0xc169a24010fd4d47ca7be4b4c7863b76520442a3',
      contributionNft: '0xbf8c24cafa62bdd5f5cb9773ac64f5d489df44c5',
      serviceNft: '0x8871c219257b0f17a9a20f3c09626161b1a0674b',
      agentInference: '0xcefe543c5cb16170228cd5dfe469c24917119246',
      agentTax: '0x7e26173192d72fd6d75a759f888d61c2cdbb64b1',
      // cbBTC: no log of AgentTax names the token, which its owner may change.
      taxAsset: '0xcbb7c0000ab88b473b1f5afd9ef808440eed33bf',
      bonding: '0xf66dea7b3e897cd44a5a231c61b6b4423d613259',
    },
    // Nothing of these contracts is known before AgentFactoryV3; V1 and V2 made agents before it.
    firstBlock: 21_841_409,
  },
}

/** Each announces agents by the same event. */
export const factories = [
  'agentFactory',
  'agentFactoryV2',
  'agentFactoryV3',
  'agentFactoryV4',
  'agentFactoryV5',
  'agentFactoryV6',
  'agentFactoryV7',
]

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  virtual: { required: true, doc: 'VIRTUAL: pays prompts, taxes, rewards, and what curves sell' },
  veVirtual: { required: false, doc: 'veVirtual: locks of VIRTUAL, their votes' },
  agentNft: { required: true, doc: 'AgentNft: who owns an agent; blacklist' },
  ...Object.fromEntries(
    factories.map(role => [
      role,
      { required: false, doc: 'AgentFactory: announces agents and their clones' },
    ]),
  ),
  agentMigrator: { required: false, doc: 'AgentMigrator: gives agents new clones' },
  contributionNft: { required: false, doc: 'ContributionNft: contributions and their parents' },
  serviceNft: { required: false, doc: 'ServiceNft: accepted contributions, maturity, impact' },
  agentInference: { required: false, doc: 'AgentInference: prompts' },
  agentTax: { required: false, doc: 'AgentTax: taxes of agent tokens, swapped' },
  taxAsset: { required: false, many: true, doc: 'token that AgentTax swaps taxes into, besides VIRTUAL' },
  agentRewardV2: { required: false, doc: 'AgentRewardV2: rewards of services, stakers, validators' },
  agentRewardV3: { required: false, doc: 'AgentRewardV3: rewards of stakers, validators' },
  bonding: { required: false, doc: 'Bonding: announces curves; graduation' },
}

/** What a config file may set. */
export const settings = {
  maxLockWeeks: 'maxWeeks() of veVirtual: a lock of so many weeks is asked whether it renews itself; 104',
}
