import type { DomainEvent, Origin } from '../../ledger/events'
import type { AdapterContext, Handler } from '../protocol'

/** An event of src/abi. */
interface ReadableEvent<Args> {
  topic: string
  signature: string
  decode(log: { topics: string[]; data: string }): Args
}

/** A handler by its topic, as `Protocol.handlers` wants it: decodes the log and hands the arguments on. */
export function reads<Args>(
  event: ReadableEvent<Args>,
  handle: (args: Args, origin: Origin, context: AdapterContext) => DomainEvent[],
  topics?: number,
): Record<string, Handler> {
  return {
    [event.topic]: {
      event: event.signature,
      topics,
      handle: (log, origin, context) => handle(event.decode(log), origin, context),
    },
  }
}
