import { type AbiEvent, decodeEventLog, parseAbiItem, toEventSelector, toEventSignature } from 'viem'
import type { Protocol, ProtocolLog } from '../protocol'

/**
 * The protocol, with vaults that factories announce by the events of these signatures. The vault is the parameter that
 * is called `vault`, else the first address.
 *
 * @throws where a signature is none, or has no address
 */
export function announcing(protocol: Protocol, signatures: string[]): Protocol {
  const events = signatures.map(announcementOf)
  return {
    ...protocol,
    handlers: {
      ...protocol.handlers,
      factory: Object.fromEntries(
        events.map(({ topic, event, vaultIn }) => [
          topic,
          {
            event: toEventSignature(event),
            // What it announces `discovers` says; this one reads it, so that what cannot be read is rejected.
            handle: log => {
              vaultIn(log)
              return []
            },
          },
        ]),
      ),
    },
    discovers: events.map(({ topic, vaultIn }) => ({
      by: 'factory',
      topic,
      role: 'vault',
      address: vaultIn,
    })),
  }
}

function announcementOf(signature: string) {
  const parsed = parseAbiItem(`event ${signature.replace(/^\s*event\s+/, '')}`) as AbiEvent
  const inputs = parsed.inputs.map((input, i) => ({ ...input, name: input.name || `_${i}` }))
  const vault =
    inputs.find(({ name, type }) => name === 'vault' && type === 'address') ??
    inputs.find(({ type }) => type === 'address')
  if (!vault) throw new RangeError(`"${signature}" has no address`)
  const event: AbiEvent = { ...parsed, inputs }
  return {
    event,
    topic: toEventSelector(event) as string,
    vaultIn({ topics, data }: ProtocolLog): string {
      const { args } = decodeEventLog({ abi: [event], topics: topics as never, data: data as never })
      return (args as unknown as Record<string, string>)[vault.name]!.toLowerCase()
    },
  }
}
