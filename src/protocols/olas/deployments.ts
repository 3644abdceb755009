import type { Deployment } from '../protocol'

const service = (serviceRegistry: string): Deployment => ({ contracts: { serviceRegistry }, firstBlock: 0 })

/** The first blocks were not found: name one in config, so that none is asked for before it. */
export const deployments: Record<number, Deployment> = {
  1: {
    contracts: {
      componentRegistry: '0x15bd56669f57192a97df41a2aa8f4403e9491776',
      agentRegistry: '0x2f1f7d38e4772884b88f3ecd8b6b9facdc319112',
      serviceRegistry: '0x48b6af7b12c71f09e2fc8af4855de4ff54e775ca',
      treasury: '0xa0da53447c0f6c4987964d8463da7e6628b30f82',
    },
    firstBlock: 0,
  },
  10: service('0x3d77596beb0f130a4415df3d2d8232b3d3d31e44'),
  100: service('0x9338b5153ae39bb89f50468e608ed9d764b755fd'),
  137: service('0xe3607b00e75f6405248323a9417ff6b39b244b50'),
  8453: service('0x3c1ff68f5aa342d296d4dee4bb1cacca912d95fe'),
  42161: service('0xe3607b00e75f6405248323a9417ff6b39b244b50'),
}

/** What each address of a deployment is; in a config file these are the keys of `contracts`. */
export const roles = {
  componentRegistry: {
    required: false,
    doc: 'ComponentRegistry: components, what they depend on; Ethereum only',
  },
  agentRegistry: {
    required: false,
    doc: 'AgentRegistry: agents, the components they depend on; Ethereum only',
  },
  serviceRegistry: { required: true, doc: 'ServiceRegistry or ServiceRegistryL2: services and their agents' },
  treasury: { required: false, doc: 'Treasury: donations; Ethereum only' },
}
