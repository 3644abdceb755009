/** Where an event stands on its chain. */
export interface Origin {
  chain: string
  protocol: string
  block: number
  /** milliseconds since 1970, the block's timestamp */
  time: number
  transaction: string
  logIndex: number
  /** emitting contract, lower case */
  contract: string
}

/** A domain event of a kind. */
export interface Of<K extends string> {
  kind: K
  origin: Origin
}
