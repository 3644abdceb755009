import type { StatementLine } from '../lines'
import { ChainReadError, type ChainReader } from './chainReader'
import { encodeHeader, readHeader } from './header'
import type { ReceiptProof } from './proof'
import type { RpcReceipt } from './receipt'
import { ReceiptTrie } from './receiptTrie'

/** What a line says of the log that it comes from. */
export type ProvableLine = Pick<StatementLine, 'chain' | 'block' | 'time' | 'transaction' | 'logIndex'> & {
  line: number
}

interface ProvenBlock {
  number: number
  header: `0x${string}`
  time: Date
  trie: ReceiptTrie
  receipts: RpcReceipt[]
}

/**
 * Proofs for the lines of a statement, in their order, from the chains' endpoints; nothing of an endpoint is passed on that
 * does not fit: a header has its block's hash, and the receipts its root.
 * @throws ChainReadError naming the line
 */
export async function* proofsOf(
  lines: AsyncIterable<readonly ProvableLine[]>,
  readers: ReadonlyMap<string, ChainReader>,
): AsyncGenerator<ReceiptProof> {
  const blocks = new Map<string, ProvenBlock>()
  let open: ReceiptProof | undefined
  for await (const batch of lines) {
    for (const line of batch) {
      if (open && open.chain === line.chain && open.transaction === line.transaction) {
        open.of.push(line.line)
        continue
      }
      if (open) yield open
      try {
        const known = blocks.get(line.chain)
        const block = known?.number === line.block ? known : await provenBlock(line, readers.get(line.chain))
        blocks.set(line.chain, block)
        open = await proofOf(line, block)
      } catch (error) {
        if (!(error instanceof ChainReadError)) throw error
        throw new ChainReadError(`line ${line.line}, block ${line.block} of ${line.chain}: ${error.message}`)
      }
    }
  }
  if (open) yield open
}

async function provenBlock(
  { block: number, time }: ProvableLine,
  reader?: ChainReader,
): Promise<ProvenBlock> {
  if (!reader) throw new ChainReadError('config has no endpoint of that chain')
  const block = await reader.block(number)
  if (!block) throw new ChainReadError('the endpoint has no such block')
  const header = encodeHeader(block)
  const told = readHeader(header)
  if (told.hash !== block.hash || told.number !== number)
    throw new ChainReadError(`the endpoint's header is not of block ${block.hash}`)
  if (told.time.getTime() !== time.getTime())
    throw new ChainReadError("the endpoint's block is another: it has another time")
  const receipts = await reader.receipts(block)
  const trie = await ReceiptTrie.of(receipts)
  if (receipts.length > 0 && trie.root !== told.receiptsRoot)
    throw new ChainReadError("the endpoint's receipts are not those of the block: their root is another")
  return { number, header, time: told.time, trie, receipts }
}

async function proofOf(line: ProvableLine, { header, trie, receipts }: ProvenBlock): Promise<ReceiptProof> {
  const index = receipts.findIndex(({ transactionHash }) => transactionHash === line.transaction)
  const receipt = receipts[index]
  if (!receipt?.logs.some(({ logIndex }) => Number(logIndex) === line.logIndex))
    throw new ChainReadError(`the endpoint's block has no log ${line.logIndex} of ${line.transaction}`)
  return {
    chain: line.chain,
    transaction: line.transaction,
    transactionIndex: index,
    firstLogIndex: Number(receipt.logs[0]!.logIndex),
    header,
    nodes: await trie.proof(index),
    of: [line.line],
  }
}
