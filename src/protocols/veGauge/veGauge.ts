import type { Protocol } from '../protocol'
import { controllerHandlers } from './controller'
import { deployments, roles, settings } from './deployments'
import { escrowHandlers } from './escrow'

/** Vote escrow as Curve has it, and who copied it: locks, and votes for gauges. What is read and why: ./README.md */
export const veGauge: Protocol = {
  name: 'veGauge',
  revision: 1,
  deployments,
  roles,
  settings,
  models: { required: false, doc: 'gauge' },
  handlers: { votingEscrow: escrowHandlers, gaugeController: controllerHandlers },
  discovers: [],
}
