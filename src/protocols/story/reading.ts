import type { DomainEvent, Origin } from '../../ledger/events'
import { type AbiEvent, decodeEvent } from '../decodeEvent'
import type { AdapterContext, Handler } from '../protocol'

/** A handler by its topic, as `Protocol.handlers` wants it: decodes the log and hands the arguments on. */
export function reads<Args>(
  event: AbiEvent<Args>,
  handle: (args: Args, origin: Origin, context: AdapterContext) => DomainEvent[],
  topics?: number,
): Record<string, Handler> {
  return {
    [event.topic]: {
      event: event.signature,
      topics,
      handle: (log, origin, context) => handle(decodeEvent(event, log), origin, context),
    },
  }
}
