import { concat, fromRlp, type Hex, hexToBytes, numberToHex, toRlp } from 'viem'

/** A receipt as `eth_getTransactionReceipt` gives it. */
export interface RpcReceipt {
  type?: Hex
  transactionHash: Hex
  transactionIndex: Hex
  status?: Hex
  /** before Byzantium, in the place of the status */
  root?: Hex
  cumulativeGasUsed: Hex
  logsBloom: Hex
  logs: { address: Hex; topics: Hex[]; data: Hex; logIndex: Hex }[]
  /** of deposits of the OP stack */
  depositNonce?: Hex | null
  depositReceiptVersion?: Hex | null
}

/** Transactions that come from the chain below, of the OP stack. */
const DEPOSIT = 0x7e

/**
 * A receipt's bytes in its block's trie: RLP of [status, gas, bloom, logs], behind its type where it has one (EIP-2718;
 * 2930, 1559, 4844 and 7702 are alike). A deposit's has its nonce and version too, from the Canyon upgrade on, which are
 * in the trie only where there is a version (op-geth, Receipts.EncodeIndex).
 */
export function encodeReceipt(receipt: RpcReceipt): Uint8Array {
  const type = Number(receipt.type ?? '0x0')
  const outcome = receipt.status === undefined ? receipt.root! : quantity(receipt.status)
  const logs = receipt.logs.map(({ address, topics, data }) => [address, topics, data])
  const fields = [outcome, quantity(receipt.cumulativeGasUsed), receipt.logsBloom, logs]
  if (type === DEPOSIT && receipt.depositReceiptVersion != null) {
    fields.push(quantity(receipt.depositNonce ?? '0x0'), quantity(receipt.depositReceiptVersion))
  }
  const rlp = toRlp(fields as Hex[])
  return hexToBytes(type === 0 ? rlp : concat([numberToHex(type, { size: 1 }), rlp]))
}

/** Number of logs in a receipt's bytes. @throws for what is no receipt */
export function logCountOf(bytes: Uint8Array): number {
  // A list begins with at least 0xc0, a type is below 0x80.
  const fields = fromRlp(bytes[0]! < 0x80 ? bytes.subarray(1) : bytes, 'hex')
  const logs = fields[3]
  if (!Array.isArray(logs)) throw new TypeError('it is no receipt')
  return logs.length
}

/** A number as RLP has it: without zeros in front, and nothing for 0. */
export function quantity(value: Hex): Hex {
  const number = BigInt(value)
  return number === 0n ? '0x' : evenHex(number)
}

function evenHex(number: bigint): Hex {
  const digits = number.toString(16)
  return `0x${digits.length % 2 === 0 ? '' : '0'}${digits}`
}
