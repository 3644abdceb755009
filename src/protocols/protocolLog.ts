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
