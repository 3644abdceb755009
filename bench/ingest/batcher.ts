import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Abi, encodeFunctionData, type Hex } from 'viem'

/** A call that the batcher makes. */
export interface Call {
  to: string
  data: string
}

const ABI = [
  {
    type: 'function',
    name: 'run',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'targets', type: 'address[]' },
      { name: 'data', type: 'bytes[]' },
    ],
    outputs: [],
  },
] as const satisfies Abi

/** Transaction data of `run`. */
export function inOneTransaction(calls: Call[]): Hex {
  return encodeFunctionData({
    abi: ABI,
    functionName: 'run',
    args: [calls.map(call => call.to as Hex), calls.map(call => call.data as Hex)],
  })
}

/** Creation code of Batcher.sol. */
export function batcherBytecode(): Hex {
  const solc = require('solc') as { compile(input: string): string }
  const input = {
    language: 'Solidity',
    sources: { 'Batcher.sol': { content: readFileSync(path.join(__dirname, 'Batcher.sol'), 'utf8') } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      evmVersion: 'cancun',
      outputSelection: { '*': { '*': ['evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  if (output.errors)
    throw new Error(output.errors.map((e: { formattedMessage: string }) => e.formattedMessage))
  return `0x${output.contracts['Batcher.sol'].Batcher.evm.bytecode.object}`
}
