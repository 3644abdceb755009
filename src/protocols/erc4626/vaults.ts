import { events, functions } from '../../abi/erc4626/vault'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId, poolId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Answer, Handler, ProtocolLog, Read } from '../protocol'
import { addressIn, nobody, reads } from '../reading'

/**
 * Whose shares they are the share token's own `Transfer` tells, also where a vault mints without a `Deposit` (fees), and
 * whatever the `shares` of a `Deposit` say. What was paid for them `Deposit` and `Withdraw` tell.
 */
export const vaultHandlers: Record<string, Handler> = {
  ...reads(
    events.Transfer,
    ({ from, to, value: shares }, origin, context, _, answers) => {
      if (shares === 0n || from === to) return []
      const moved = { origin, pool: poolId(origin.chain, origin.contract), shares }
      const account = (address: string) => accountId(origin.chain, address)
      if (to === nobody) return [{ ...moved, kind: 'withdrawn', account: account(from), assets: 0n }]
      if (from !== nobody)
        return [{ ...moved, kind: 'sharesTransferred', from: account(from), to: account(to) }]
      return [
        ...begun(origin, context, answers),
        { ...moved, kind: 'staked', account: account(to), assets: 0n },
      ]
    },
    3,
    log => (isMint(log) ? [asset(log.address)] : []),
  ),
  ...reads(
    events.Deposit,
    ({ owner, assets }, origin, context, _, answers) => [
      ...begun(origin, context, answers),
      {
        kind: 'staked',
        origin,
        pool: poolId(origin.chain, origin.contract),
        account: accountId(origin.chain, owner),
        assets,
        shares: 0n,
      },
    ],
    3,
    log => [asset(log.address)],
  ),
  /** The shares were the `owner`'s, whoever received the assets. */
  ...reads(
    events.Withdraw,
    ({ owner, assets }, origin) => [
      {
        kind: 'assetsWithdrawn',
        origin,
        pool: poolId(origin.chain, origin.contract),
        account: accountId(origin.chain, owner),
        assets,
      },
    ],
    4,
  ),
}

const NOBODY_TOPIC = `0x${'0'.repeat(64)}`

function isMint({ topics }: ProtocolLog): boolean {
  return topics[1] === NOBODY_TOPIC
}

function asset(vault: string): Read {
  return { to: vault, call: functions.asset.encode({}), once: true }
}

/** No log announces a vault: the first shares, or the first deposit, are its beginning. */
function begun(origin: Origin, { deployment }: AdapterContext, [answer]: Answer[]): DomainEvent[] {
  if (answer?.kind === 'unanswered') return []
  const token = addressIn(answer)
  if (token === undefined) throw new RangeError(`asset() of ${origin.contract} gives no address`)
  return [
    {
      kind: 'poolCreated',
      origin,
      pool: poolId(origin.chain, origin.contract),
      poolKind: 'VAULT',
      model: deployment.models?.[origin.contract],
      asset: tokenId(origin.chain, token),
      unbondingSeconds: 0,
      virtualAssets: 0n,
      virtualShares: 0n,
      ifAbsent: true,
    },
  ]
}
