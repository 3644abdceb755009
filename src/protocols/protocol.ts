import type { DomainEvent, Origin } from '../ledger/events'

/** A log as the processor hands it on: lower-case hex, with the block's time. */
export interface ProtocolLog {
  address: string
  topics: string[]
  data: string
  block: number
  blockHash: string
  /** milliseconds since 1970 */
  time: number
  transaction: string
  logIndex: number
}

/** One contract of a deployment: its role in the protocol's own words, and where it is. */
export interface Deployment {
  /** role -> lower-case address */
  contracts: Record<string, string>
  /** first block to read */
  firstBlock: number
}

/** What an adapter may know besides the log: its chain, the deployment, and contracts found before this log. */
export interface AdapterContext {
  /** CAIP-2, `eip155:1514` */
  chain: string
  deployment: Deployment
  /** role under which a contract was discovered (`discovers`), or undefined */
  discovered(address: string): string | undefined
}

/**
 * A protocol is a table from (contract role, topic) to a function from a log to domain events.
 * It says as data what it wants from the chain, reads no database, keeps no state, and knows no other protocol.
 */
export interface Protocol {
  /** as in config files and model ids: lower case */
  name: string
  /** raised whenever the same logs make other events: what was indexed before is then read again */
  revision: number
  /** chain id -> where it is deployed, for chains the adapter knows by heart; config may add others */
  deployments: Record<number, Deployment>
  /** contract roles a deployment must or may name, with what each is; config is checked against it */
  roles: Record<string, { required: boolean; doc: string }>
  /** handlers by the emitting contract's role; role `*` is any address (topic alone: use for discovery only) */
  handlers: Record<string, Record<string, Handler>>
  /** how contracts are found in logs: a role's topic0 that announces a contract, and the announced role */
  discovers: Discovery[]
}

export interface Handler {
  /** event signature, for messages and docs: `FeePaid(uint256,…)` */
  event: string
  /**
   * number of topics it must have: tells ERC-721 `Transfer` (4) from ERC-20 `Transfer` (3).
   * A log with another number is not this event and is passed over where the role is `*`, rejected otherwise.
   */
  topics?: number
  /** throws when the log cannot be decoded: the indexer keeps it as `logRejected` */
  handle(log: ProtocolLog, origin: Origin, context: AdapterContext): DomainEvent[]
}

export interface Discovery {
  /** role of the announcing contract */
  by: string
  topic: string
  /** role of the contract that is announced */
  role: string
  /** lower-case address of the announced contract */
  address(log: ProtocolLog): string
}
