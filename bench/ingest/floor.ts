/** The least that an indexer can do: ask for the logs, copy them into a table as they are. */
import { finished } from 'node:stream/promises'
import { Client } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { JsonRpc } from '../../src/sandbox/jsonRpc'
import { serveJob } from './job'

interface RawLog {
  blockNumber: string
  logIndex: string
  transactionHash: string
  address: string
  topics: string[]
  data: string
}

/** Blocks in one question, and questions at once. */
const RANGE = 100
const IN_FLIGHT = 4

serveJob(async job => {
  const client = new Client({ connectionString: job.postgresUrl })
  await client.connect()
  await client.query(`CREATE TABLE raw_log (
    block integer, log_index integer, transaction text, address text, topics text, data text,
    PRIMARY KEY (block, log_index))`)
  const rpc = new JsonRpc(job.rpc)
  const ask = (from: number) => {
    const to = Math.min(from + RANGE - 1, job.lastBlock)
    return rpc.call<RawLog[]>('eth_getLogs', [
      { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` },
    ])
  }
  const asked: Promise<RawLog[]>[] = []
  let next = job.firstBlock
  while (next <= job.lastBlock || asked.length > 0) {
    while (next <= job.lastBlock && asked.length < IN_FLIGHT) {
      asked.push(ask(next))
      next += RANGE
    }
    const lines = (await asked.shift()!).map(
      log =>
        `${Number(log.blockNumber)}\t${Number(log.logIndex)}\t${log.transactionHash}\t${log.address}\t` +
        `${log.topics.join()}\t${log.data}\n`,
    )
    const copy = client.query(copyFrom('COPY raw_log FROM STDIN'))
    copy.end(lines.join(''))
    await finished(copy)
  }
  await client.end()
})
