import { events as allocation } from '../../abi/eigenlayer/allocationManager'
import { events as delegation } from '../../abi/eigenlayer/delegationManager'
import { events as manager } from '../../abi/eigenlayer/strategyManager'
import { longText } from '../../ledger/freeText'
import { reads } from './reading'

export const operatorShareHandlers = {
  ...reads(delegation.OperatorSharesIncreased, (args, ids, origin) => [
    {
      kind: 'operatorSharesMoved',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      account: ids.accountOrNone(args.staker),
      delta: args.shares,
    },
  ]),
  ...reads(delegation.OperatorSharesDecreased, (args, ids, origin) => [
    {
      kind: 'operatorSharesMoved',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      account: ids.accountOrNone(args.staker),
      delta: -args.shares,
    },
  ]),
  ...reads(delegation.OperatorSharesSlashed, (args, ids, origin) => [
    {
      kind: 'operatorSharesSlashed',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      shares: args.totalSlashedShares,
    },
  ]),
}

export const allocationHandlers = {
  ...reads(allocation.AllocationUpdated, (args, ids, origin) => [
    {
      kind: 'allocationSet',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      set: ids.set(args.operatorSet),
      magnitude: args.magnitude,
      effectBlock: BigInt(args.effectBlock),
    },
  ]),
  ...reads(allocation.AllocationDelaySet, (args, ids, origin) => [
    {
      kind: 'allocationDelaySet',
      origin,
      operator: ids.account(args.operator),
      delay: BigInt(args.delay),
      effectBlock: BigInt(args.effectBlock),
    },
  ]),
  ...reads(allocation.EncumberedMagnitudeUpdated, (args, ids, origin) => [
    {
      kind: 'magnitudeSet',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      which: 'ENCUMBERED',
      magnitude: args.encumberedMagnitude,
    },
  ]),
  ...reads(allocation.MaxMagnitudeUpdated, (args, ids, origin) => [
    {
      kind: 'magnitudeSet',
      origin,
      pool: ids.pool(args.strategy),
      operator: ids.account(args.operator),
      which: 'MAX',
      magnitude: args.maxMagnitude,
    },
  ]),
  ...reads(allocation.OperatorSlashed, (args, ids, origin) => {
    if (args.strategies.length !== args.wadSlashed.length) throw new Error('lists of different lengths')
    return [
      {
        kind: 'operatorWasSlashed',
        origin,
        operator: ids.account(args.operator),
        set: ids.set(args.operatorSet),
        parts: args.strategies.map((strategy, i) => ({
          pool: ids.pool(strategy),
          wadSlashed: args.wadSlashed[i]!,
        })),
        reason: longText(args.description),
      },
    ]
  }),
}

export const burnHandlers = {
  ...reads(manager.BurnOrRedistributableSharesIncreased, (args, ids, origin) => [
    {
      kind: 'burnableSharesMoved',
      origin,
      pool: ids.pool(args.strategy),
      slash: { set: ids.set(args.operatorSet), number: args.slashId },
      delta: args.shares,
    },
  ]),
  ...reads(manager.BurnOrRedistributableSharesDecreased, (args, ids, origin) => [
    {
      kind: 'burnableSharesMoved',
      origin,
      pool: ids.pool(args.strategy),
      slash: { set: ids.set(args.operatorSet), number: args.slashId },
      delta: -args.shares,
    },
  ]),
  ...reads(manager.BurnableSharesIncreased, (args, ids, origin) => [
    { kind: 'burnableSharesMoved', origin, pool: ids.pool(args.strategy), delta: args.shares },
  ]),
  ...reads(manager.BurnableSharesDecreased, (args, ids, origin) => [
    { kind: 'burnableSharesMoved', origin, pool: ids.pool(args.strategy), delta: -args.shares },
  ]),
}
