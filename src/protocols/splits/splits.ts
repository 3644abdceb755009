import { events as split } from '../../abi/splits/split'
import { events as factory } from '../../abi/splits/splitFactory'
import { events as factoryNonce } from '../../abi/splits/splitFactoryNonce'
import { events as warehouse } from '../../abi/splits/splitsWarehouse'
import { accountId, tokenId } from '../../ledger/ids'
import { type AbiEvent, decodeEvent } from '../decodeEvent'
import type { AdapterContext, Discovery, Handler, Protocol, ProtocolLog } from '../protocol'
import { nobody, readAs, reads } from '../reading'
import { deployments, roles } from './deployments'

/** 0xSplits v2: splits of models' revenue, and what waits in the warehouse. What is read and why: ./README.md */
export const splits: Protocol = {
  name: 'splits',
  revision: 1,
  deployments,
  roles,
  models: { required: false, doc: 'split, or a recipient of one' },
  handlers: {
    splitFactory: { ...announces(factory.SplitCreated), ...announces(factoryNonce.SplitCreated) },
    split: splitHandlers(),
    warehouse: warehouseHandlers(),
  },
  discovers: [found(factory.SplitCreated), found(factoryNonce.SplitCreated)],
}

/** What a split is its own `SplitUpdated` says, which stands before the announcement in the same transaction. */
function announces(event: AbiEvent<{ split: string }>): Record<string, Handler> {
  return reads(event, () => [])
}

function found(event: AbiEvent<{ split: string }>): Discovery {
  const address = (log: ProtocolLog) => decodeEvent(event, log).split
  return { by: 'splitFactory', topic: event.topic, role: 'split', address }
}

function splitHandlers(): Record<string, Handler> {
  return {
    ...reads(split.SplitUpdated, ({ split: set }, origin, { deployment }) => {
      const { recipients, allocations, totalAllocation, distributionIncentive } = set
      if (recipients.length !== allocations.length)
        throw new RangeError('not an allocation for each recipient')
      return [
        {
          kind: 'splitSet',
          origin,
          split: accountId(origin.chain, origin.contract),
          model: deployment.models?.[origin.contract],
          totalAllocation,
          incentive: distributionIncentive,
          recipients: recipients.map((address, i) => ({
            account: accountId(origin.chain, address),
            model: deployment.models?.[address],
            allocation: allocations[i]!,
          })),
        },
      ]
    }),
    ...reads(split.SplitDistributed, ({ token, amount }, origin, context, log) => [
      {
        kind: 'splitDistributed',
        origin,
        split: accountId(origin.chain, log.address),
        token: tokenId(origin.chain, token),
        amount,
        inWarehouse: isPull(log, token, context),
      },
    ]),
  }
}

/** A pull split gives away its own balance of the warehouse right before it says so; a push split never does. */
function isPull(log: ProtocolLog, token: string, { deployment, transaction }: AdapterContext): boolean {
  const before = transaction.before(log, deployment.contracts.warehouse!, warehouse.Transfer.topic)
  if (before?.logIndex !== log.logIndex - 1) return false
  const moved = readAs(warehouse.Transfer, before)
  return moved?.sender === log.address && moved.receiver !== nobody && moved.id === BigInt(token)
}

/** 160 bits: an id of the warehouse is the token's address. */
const ADDRESSES = 2n ** 160n

function warehouseHandlers(): Record<string, Handler> {
  return {
    ...reads(warehouse.Transfer, ({ caller, sender, receiver, id, amount }, origin) => {
      if (id >= ADDRESSES) throw new RangeError(`id ${id} is no token's address`)
      const account = (address: string) => (address === nobody ? undefined : accountId(origin.chain, address))
      return [
        {
          kind: 'warehouseMoved',
          origin,
          caller: accountId(origin.chain, caller),
          from: account(sender),
          to: account(receiver),
          token: tokenId(origin.chain, `0x${id.toString(16).padStart(40, '0')}`),
          amount,
        },
      ]
    }),
    ...reads(warehouse.Withdraw, ({ owner, token, amount, reward }, origin) => [
      {
        kind: 'warehouseWithdrawn',
        origin,
        account: accountId(origin.chain, owner),
        token: tokenId(origin.chain, token),
        amount: amount + reward,
      },
    ]),
  }
}
