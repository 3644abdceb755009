/** The reference protocol: model NFTs with forks, staking pools and curves, steering votes, enforced royalties. What is read and why: ./README.md */
import * as direct from '../../abi/reference/directPool'
import * as liquid from '../../abi/reference/liquidPool'
import * as registry from '../../abi/reference/modelRegistry'
import * as factory from '../../abi/reference/poolFactory'
import * as router from '../../abi/reference/royaltyRouter'
import { decodeEvent } from '../decodeEvent'
import type { Handler, Protocol } from '../protocol'
import { curveAnnouncement, curveHandlers } from './curves'
import { escrowHandlers } from './escrow'
import {
  attestationRevoked,
  modelAttested,
  modelForked,
  modelRegistered,
  ownershipTransferred,
  versionPublished,
} from './models'
import {
  compounded,
  delegateChanged,
  deposited,
  exitPaid,
  exitRequested,
  poolCreated,
  sharesTransferred,
  slashed,
  staked,
  withdrawn,
} from './pools'
import {
  feePaid,
  revenueCredited,
  royaltyAccrued,
  royaltyClaimed,
  royaltyReceived,
  royaltySent,
} from './royalties'

/** Each event is documented in its contract: src/sandbox/contracts. */
export const reference: Protocol = {
  name: 'reference',
  revision: 1,
  // It lives in the sandbox, and wherever a config file says.
  deployments: {},
  roles: {
    registry: {
      required: true,
      doc: 'ModelRegistry: the model NFTs, their versions, forks and attestations',
    },
    poolFactory: { required: true, doc: 'PoolFactory: announces the staking pools and curves' },
    router: { required: true, doc: 'RoyaltyRouter: fees, royalties, claims' },
    voteEscrow: {
      required: false,
      doc: 'VoteEscrow: stake locked for votes, which steer to models of any chain',
    },
  },
  discovers: [
    {
      by: 'poolFactory',
      topic: factory.events.PoolCreated.topic,
      role: 'pool',
      address: log => decodeEvent(factory.events.PoolCreated, log).pool,
    },
    {
      by: 'poolFactory',
      topic: factory.events.CurveCreated.topic,
      role: 'curve',
      address: log => decodeEvent(factory.events.CurveCreated, log).curve,
    },
  ],
  handlers: {
    registry: {
      [registry.events.ModelRegistered.topic]: of(registry.events.ModelRegistered, 3, modelRegistered),
      [registry.events.ModelForked.topic]: of(registry.events.ModelForked, 2, modelForked),
      [registry.events.VersionPublished.topic]: of(registry.events.VersionPublished, 2, versionPublished),
      [registry.events.ModelAttested.topic]: of(registry.events.ModelAttested, 3, modelAttested),
      [registry.events.AttestationRevoked.topic]: of(
        registry.events.AttestationRevoked,
        3,
        attestationRevoked,
      ),
      [registry.events.Transfer.topic]: of(registry.events.Transfer, 4, ownershipTransferred),
    },
    poolFactory: {
      [factory.events.PoolCreated.topic]: of(factory.events.PoolCreated, 2, poolCreated),
      ...curveAnnouncement,
    },
    curve: curveHandlers,
    voteEscrow: escrowHandlers,
    pool: {
      [direct.events.Staked.topic]: of(direct.events.Staked, 2, staked),
      [direct.events.ExitRequested.topic]: of(direct.events.ExitRequested, 3, exitRequested),
      [direct.events.ExitPaid.topic]: of(direct.events.ExitPaid, 3, exitPaid),
      [direct.events.Slashed.topic]: of(direct.events.Slashed, 2, slashed),
      [direct.events.DelegateChanged.topic]: of(direct.events.DelegateChanged, 4, delegateChanged),
      [direct.events.Compounded.topic]: of(direct.events.Compounded, 2, compounded),
      [liquid.events.Deposit.topic]: of(liquid.events.Deposit, 3, deposited),
      [liquid.events.Withdraw.topic]: of(liquid.events.Withdraw, 4, withdrawn),
      [liquid.events.Transfer.topic]: of(liquid.events.Transfer, 3, sharesTransferred),
    },
    router: {
      [router.events.FeePaid.topic]: of(router.events.FeePaid, 4, feePaid),
      [router.events.RoyaltyAccrued.topic]: of(router.events.RoyaltyAccrued, 4, royaltyAccrued),
      [router.events.RoyaltySent.topic]: of(router.events.RoyaltySent, 4, royaltySent),
      [router.events.RoyaltyReceived.topic]: of(router.events.RoyaltyReceived, 3, royaltyReceived),
      [router.events.RevenueCredited.topic]: of(router.events.RevenueCredited, 4, revenueCredited),
      [router.events.RoyaltyClaimed.topic]: of(router.events.RoyaltyClaimed, 3, royaltyClaimed),
    },
  },
}

/** `topics`: one for the event, one for each indexed parameter. */
function of(event: { signature: string }, topics: number, handle: Handler['handle']): Handler {
  return { event: event.signature, topics, handle }
}
