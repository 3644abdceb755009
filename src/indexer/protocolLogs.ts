import type { ProtocolLog } from '../protocols/protocol'
import type { RangeBlock, RangeLog } from '../rpc/chainLogs'

/** A range's logs, as adapters read them. */
export function logsOf(blocks: RangeBlock[]): ProtocolLog[] {
  return blocks.flatMap(({ header, logs }) => logs.map(log => protocolLog(header, log)))
}

export function protocolLog(header: RangeBlock['header'], log: RangeLog): ProtocolLog {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    block: header.height,
    blockHash: header.hash,
    time: header.timestamp,
    transaction: log.transactionHash,
    logIndex: log.logIndex,
  }
}
