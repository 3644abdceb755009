import { fromRlp, type Hex, hexToBigInt, keccak256, toRlp } from 'viem'
import { quantity } from './receipt'

/** A block as `eth_getBlockByNumber` gives it. */
export interface RpcBlock {
  hash: Hex
  number: Hex
  receiptsRoot: Hex
  transactions: Hex[]
  [field: string]: unknown
}

/** Fields of a header in their order, with how RLP has them: bytes as they are, or a number. */
const FIELDS: [name: string, kind: 'bytes' | 'number'][] = [
  ['parentHash', 'bytes'],
  ['sha3Uncles', 'bytes'],
  ['miner', 'bytes'],
  ['stateRoot', 'bytes'],
  ['transactionsRoot', 'bytes'],
  ['receiptsRoot', 'bytes'],
  ['logsBloom', 'bytes'],
  ['difficulty', 'number'],
  ['number', 'number'],
  ['gasLimit', 'number'],
  ['gasUsed', 'number'],
  ['timestamp', 'number'],
  ['extraData', 'bytes'],
  ['mixHash', 'bytes'],
  ['nonce', 'bytes'],
  ['baseFeePerGas', 'number'], // EIP-1559
  ['withdrawalsRoot', 'bytes'], // EIP-4895
  ['blobGasUsed', 'number'], // EIP-4844
  ['excessBlobGas', 'number'],
  ['parentBeaconBlockRoot', 'bytes'], // EIP-4788
  ['requestsHash', 'bytes'], // EIP-7685
]
const RECEIPTS_ROOT = 5
const NUMBER = 8
const TIMESTAMP = 11

/** A block's header as RLP, whose Keccak-256 is the block's hash. */
export function encodeHeader(block: RpcBlock): Hex {
  const values = FIELDS.flatMap(([name, kind]) => {
    const value = block[name] as Hex | null | undefined
    if (value == null) return [] // of a later fork than the block's
    return [kind === 'number' ? quantity(value) : value]
  })
  return toRlp(values)
}

export interface Header {
  hash: Hex
  number: number
  receiptsRoot: Hex
  time: Date
}

/** @throws for what is no header */
export function readHeader(rlp: Hex): Header {
  const fields = fromRlp(rlp, 'hex')
  const [receiptsRoot, number, timestamp] = [RECEIPTS_ROOT, NUMBER, TIMESTAMP].map(index => {
    const field = fields[index]
    if (typeof field !== 'string') throw new TypeError('it is no header of a block')
    return field as Hex
  }) as [Hex, Hex, Hex]
  return {
    hash: keccak256(rlp),
    number: number === '0x' ? 0 : Number(hexToBigInt(number)),
    receiptsRoot,
    time: new Date(timestamp === '0x' ? 0 : Number(hexToBigInt(timestamp)) * 1000),
  }
}
