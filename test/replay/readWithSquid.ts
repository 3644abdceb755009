/** Run by squid.test.ts as a process of its own, since a Squid processor ends its process when it is done. */
import { EvmBatchProcessor } from '@subsquid/evm-processor'

type Head = { height: number; hash: string }

const [url, from, to] = process.argv.slice(2) as [string, string, string]
const processor = new EvmBatchProcessor()
  .setRpcEndpoint({ url, retryAttempts: 0 })
  .setFinalityConfirmation(0)
  .setBlockRange({ from: Number(from), to: Number(to) })
  .addLog({ transaction: true })
  .setFields({
    block: { timestamp: true, parentHash: true, gasUsed: true, size: true, baseFeePerGas: true, miner: true },
    log: { transactionHash: true, data: true, topics: true },
    transaction: {
      hash: true,
      from: true,
      to: true,
      input: true,
      sighash: true,
      status: true,
      gasUsed: true,
    },
  })

/** Keeps nothing: what the processor read goes to stdout. */
const database = {
  supportsHotBlocks: false as const,
  connect: async (): Promise<Head> => ({ height: -1, hash: '0x' }),
  transact: async (_info: unknown, store: (store: object) => Promise<void>) => store({}),
  advance: async () => {},
}

processor.run(database as never, async context => {
  for (const block of context.blocks) {
    for (const log of block.logs) {
      const { transactionHash, address, topics, data, logIndex } = log
      const at = {
        blockNumber: block.header.height,
        blockHash: block.header.hash,
        time: block.header.timestamp,
      }
      const transaction = { hash: log.transaction?.hash, status: log.transaction?.status }
      console.log(JSON.stringify({ ...at, logIndex, transactionHash, address, topics, data, transaction }))
    }
  }
})
