import { isHex } from 'viem'
import { type Header, readHeader } from './header'
import type { ReceiptProof } from './proof'
import type { ProvableLine } from './prove'
import { logCountOf } from './receipt'
import { provenReceipt } from './receiptTrie'

/** What a proof shows, without asking anybody: the block that its receipt is in, if the hash is a block's; or what is wrong. */
export async function checkProof(
  proof: ReceiptProof,
  lines: readonly ProvableLine[],
): Promise<{ header: Header } | { wrong: string; line: number }> {
  const first = lines[0]!
  const header = headerOf(proof)
  if (!header) return { wrong: 'the header of its proof is none', line: first.line }
  for (const line of lines) {
    const wrong = wrongLine(proof, header, line)
    if (wrong) return { wrong, line: line.line }
  }
  const receipt = await provenReceipt(header.receiptsRoot, proof.transactionIndex, proof.nodes)
  if (!receipt)
    return { wrong: 'its receipt is not in its block: the proof does not lead to it', line: first.line }
  const logs = logsIn(receipt)
  for (const { line, logIndex } of lines) {
    if (logIndex < proof.firstLogIndex || logIndex >= proof.firstLogIndex + logs)
      return { wrong: `log ${logIndex} is not in its receipt`, line }
  }
  return { header }
}

function wrongLine(proof: ReceiptProof, header: Header, line: ProvableLine): string | undefined {
  if (proof.chain !== line.chain || proof.transaction !== line.transaction)
    return 'its proof is of another transaction'
  if (header.number !== line.block) return `its proof is of block ${header.number}`
  if (header.time.getTime() !== line.time.getTime()) return 'its proof is of a block of another time'
  return undefined
}

function headerOf({ header, nodes }: ReceiptProof): Header | undefined {
  if (!isHex(header) || !Array.isArray(nodes) || !nodes.every(node => isHex(node))) return undefined
  try {
    return readHeader(header)
  } catch {
    return undefined
  }
}

function logsIn(receipt: Uint8Array): number {
  try {
    return logCountOf(receipt)
  } catch {
    return 0
  }
}
