import type { DomainEvent, Origin } from '../ledger/events'
import type { ProtocolLog } from './protocolLog'
import type { TransactionLogs } from './transactionLogs'

export type { ProtocolLog }

/** One contract of a deployment: its role in the protocol's own words, and where it is. */
export interface Deployment {
  /** role -> lower-case address; `role@address`, where several contracts have the role (`many`) */
  contracts: Record<string, string>
  /** first block to read */
  firstBlock: number
  /** what stands for which model, from config: lower-case key (see `Protocol.models`) -> model id */
  models?: Record<string, string>
  /** price feeds, from config: lower-case address of the proxy -> aggregators that are or were behind it */
  feeds?: Record<string, string[]>
  /** figures of the contracts that no log tells, from config: name in `Protocol.settings` -> value */
  settings?: Record<string, number>
  /** events that announce contracts, from config: see `Protocol.announcedBy` */
  announcements?: string[]
  /** schemas of statements that are read, from config: lower-case uid -> the layout of a payload */
  schemas?: Record<string, string>
}

/**
 * A question to the chain: an `eth_call`, for what events do not carry. Answered by the state at the end of the log's
 * block, which never changes: so it is asked once, kept, and answered alike when the logs are read again.
 */
export interface Read {
  /** lower-case address */
  to: string
  /** call data, lower-case hex: selector and arguments */
  call: string
  /**
   * The contract can never answer otherwise (`asset()` of an ERC-4626 vault): asked at the first block that needs it,
   * and not again.
   */
  once?: boolean
}

/**
 * `returned`: the data, lower-case hex; '0x' where there is no contract. `reverted`: an answer as well, and as final.
 * `unanswered`: no endpoint has the state (any more). The events that do without it are made, the read is kept in
 * `pending_read`, and once an endpoint answers it, the chain's logs are folded again with the answer.
 */
export type Answer = { kind: 'returned'; data: string } | { kind: 'reverted' } | { kind: 'unanswered' }

/** `many`: config may name several contracts of it, as a list. */
export interface ContractRole {
  required: boolean
  many?: boolean
  doc: string
}

/** What an adapter may know besides the log: its chain, the deployment, and contracts found before this log. */
export interface AdapterContext {
  /** CAIP-2, `eip155:1514` */
  chain: string
  deployment: Deployment
  /** of the log's transaction */
  transaction: TransactionLogs
  /** role under which a contract was discovered (`discovers`), or undefined */
  discovered(address: string): string | undefined
  /** contract that announced a discovered one, or undefined */
  announcer(address: string): string | undefined
}

/**
 * A protocol is a table from (contract role, topic) to a function from a log to domain events.
 * It says as data what it wants from the chain, reads no database, keeps no state, and knows no other protocol.
 */
export interface Protocol {
  /** as in config files; lower case where model ids name it */
  name: string
  /** raised whenever the same logs make other events: what was indexed before is then read again */
  revision: number
  /** chain id -> where it is deployed, for chains the adapter knows by heart; config may add others */
  deployments: Record<number, Deployment>
  /** contract roles a deployment must or may name, with what each is; config is checked against it */
  roles: Record<string, ContractRole>
  /** figures that config may give, with what each is */
  settings?: Record<string, string>
  /** handlers by the emitting contract's role; role `*` is any address (topic alone: use for discovery only) */
  handlers: Record<string, Record<string, Handler>>
  /** how contracts are found in logs: a role's topic0 that announces a contract, and the announced role */
  discovers: Discovery[]
  /**
   * that config maps things of the protocol to models (`models: {key: model id}`), and what the keys are. With `role`
   * they are addresses of contracts, whose logs are read by the handlers of that role
   */
  models?: { role?: string; required: boolean; doc: string }
  /** that config names its contracts by `feeds`, and the roles of a feed's proxy and of an aggregator */
  feeds?: { proxy: string; aggregator: string }
  /** that config names schemas (`schemas: {uid: layout}`). `check` throws where a layout is none */
  schemas?: { check(layout: string): void }
  /**
   * The protocol with the events by which contracts are announced to it, where those are the user's to name: given as
   * signatures. Throws where one is none.
   */
  announcedBy?(signatures: string[]): Protocol
  /** by role: what is asked of each contract once a block in which a log of it was handled */
  atBlockEnd?: Record<string, BlockEnd>
}

export interface Handler {
  /** event signature, for messages and docs: `FeePaid(uint256,…)` */
  event: string
  /**
   * number of topics it must have: tells ERC-721 `Transfer` (4) from ERC-20 `Transfer` (3).
   * A log with another number is not this event and is passed over where the role is `*`, rejected otherwise.
   */
  topics?: number
  /** what must be known besides the log, at most 8 reads: `handle` gets the answers, in this order */
  reads?(log: ProtocolLog, context: AdapterContext): Read[]
  /** throws when the log cannot be decoded: the indexer keeps it as `logRejected` */
  handle(log: ProtocolLog, origin: Origin, context: AdapterContext, answers: Answer[]): DomainEvent[]
}

/** What a block left behind in a contract. Its events belong to the contract's last log of the block. */
export interface BlockEnd {
  reads(contract: string, context: AdapterContext): Read[]
  handle(contract: string, origin: Origin, context: AdapterContext, answers: Answer[]): DomainEvent[]
}

export interface Discovery {
  /** role of the announcing contract */
  by: string
  topic: string
  /** role of the contract that is announced */
  role: string
  /** lower-case address of the announced contract; undefined: it announces none of this chain */
  address(log: ProtocolLog, chain: string): string | undefined
}
