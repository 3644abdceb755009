import type { Protocol } from '../protocol'
import { deployments, roles } from './deployments'
import { treasuryHandlers } from './donations'
import { serviceHandlers } from './services'
import { unitHandlers } from './units'

/** Olas: components, agents, services, donations. What is read and why: ./README.md */
export const olas: Protocol = {
  name: 'olas',
  revision: 1,
  deployments,
  roles,
  handlers: {
    componentRegistry: unitHandlers,
    agentRegistry: unitHandlers,
    serviceRegistry: serviceHandlers,
    treasury: treasuryHandlers,
  },
  discovers: [],
}
