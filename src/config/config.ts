/** The shape of a deployment, as read from one YAML file (see load.ts) and checked. */

export interface Config {
  /** file it was read from, for messages */
  file: string
  /** `replicaUrl`: a streaming standby of it, which the API reads from */
  postgres: { url: string; replicaUrl?: string }
  /** absent: no Neo4j, everything is answered from Postgres */
  neo4j?: { url: string; user?: string; password?: string }
  api: ApiConfig
  chains: ChainConfig[]
  /** token id -> where its price in USD is from; a token that is not here has none */
  prices: Record<string, PricePolicy>
}

/** Sources of a token's price, the preferred one first. The first that has a price that is young enough gives it. */
export interface PricePolicy {
  sources: PriceSource[]
  /** a price that is older when it is needed is none */
  maxAgeSeconds: number
}

/** `feed`: account id of a proxy, `eip155:1:0x…`; `file`: name of a source in imported files. */
export type PriceSource = { feed: string } | { file: string }

export interface ApiConfig {
  host: string
  port: number
  /** longest time a request may take, ms */
  timeoutMs: number
  /** `/ready` fails when a chain's indexed block is older than this many seconds while its head goes on */
  maxLagSeconds: number
}

/** When a block is final: by the endpoint's block tag, or by the number of blocks on top of it. */
export type Finality = 'finalized' | 'safe' | number

export interface ChainConfig {
  /** EIP-155 chain id */
  id: number
  /** CAIP-2, `eip155:<id>` */
  caip2: string
  /** for people, and for environment variables: lower case, `[a-z0-9-]+` */
  name: string
  /** JSON-RPC endpoints, the preferred one first; at least one */
  endpoints: EndpointConfig[]
  /** SQD Network gateway for the history, where there is one */
  gateway?: string
  finality: Finality
  /** blocks below the final one to which the index can go back by itself, where they are reorganised all the same */
  maxRewind: number
  /** how often the head is asked for over http, ms */
  pollIntervalMs: number
  /** largest size of the kept answers of the endpoints, MB; 0: none are kept */
  rpcCacheMegabytes: number
  /** protocol name -> where it is on this chain */
  protocols: Record<string, ProtocolDeployment>
  /** token metadata known beforehand, by lower-case address; others are read from the contract */
  tokens: Record<string, { symbol: string; name?: string; decimals: number }>
  /** where people look at its transactions and accounts, `https://etherscan.io`; absent: where we know one, that */
  explorer?: string
  /** port of the processor's Prometheus metrics, where PROMETHEUS_PORT names none; absent: a free one */
  metricsPort?: number
}

/** One JSON-RPC endpoint of a chain. */
export interface EndpointConfig {
  /** http(s) or ws(s) */
  url: string
  /** requests a second that it allows; absent: as many as are answered */
  rateLimit?: number
}

export interface ProtocolDeployment {
  /** role -> lower-case address; `role@address`, where the file lists several */
  contracts: Record<string, string>
  firstBlock: number
  /** lower-case key -> model id: what of the protocol stands for which model */
  models?: Record<string, string>
  /** figures of the contracts that no log tells; names are the protocol's */
  settings?: Record<string, number>
  /** lower-case address of a price feed's proxy -> aggregators that are or were behind it */
  feeds?: Record<string, string[]>
  /** signatures of the events that announce contracts */
  announcements?: string[]
  /** schemas of statements that are read: lower-case uid -> the layout of a payload */
  schemas?: Record<string, string>
}
