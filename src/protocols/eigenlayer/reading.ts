import type { DomainEvent, Origin } from '../../ledger/events'
import type { OperatorSet } from '../../ledger/eventsRestaking'
import { accountId, poolId } from '../../ledger/ids'
import { type AbiEvent, decodeEvent } from '../decodeEvent'
import type { AdapterContext, Answer, Handler, Read } from '../protocol'
import { nobody } from '../reading'

/** The strategy that stands for beacon chain ETH. */
export const beaconChainEth = '0xbeac0eeeeeeeeeeeeeeeeeeeeeeeeeeeeeebeac0'

/**
 * A handler by its topic, as `Protocol.handlers` wants it: decodes the log and hands the arguments on.
 *
 * @param asks for what no log tells
 */
export function reads<Args>(
  event: AbiEvent<Args>,
  handle: (args: Args, ids: Ids, origin: Origin, context: AdapterContext, answers: Answer[]) => DomainEvent[],
  asks?: (context: AdapterContext) => Read[],
): Record<string, Handler> {
  return {
    [event.topic]: {
      event: event.signature,
      reads: asks && ((_, context) => asks(context)),
      handle: (log, origin, context, answers) =>
        handle(decodeEvent(event, log), new Ids(origin, context), origin, context, answers),
    },
  }
}

/** Names things as the ledger does. */
export class Ids {
  constructor(
    private readonly origin: Origin,
    private readonly context: AdapterContext,
  ) {}

  account(address: string): string {
    return accountId(this.origin.chain, address)
  }

  accountOrNone(address: string): string | undefined {
    return address === nobody ? undefined : this.account(address)
  }

  pool(strategy: string): string {
    return poolId(this.origin.chain, strategy)
  }

  withdrawal(root: string): string {
    return `${this.origin.chain}/withdrawal:${root}`
  }

  set({ avs, id }: { avs: string; id: number }): OperatorSet {
    return { avs: this.account(avs), number: BigInt(id), model: modelOf(this.context, avs) }
  }
}

function modelOf({ deployment }: AdapterContext, avs: string): string | undefined {
  return deployment.models?.[avs.toLowerCase()]
}
