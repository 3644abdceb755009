import type { Answer, ProtocolLog, Read } from '../../protocols/protocol'

/** A read at its block. */
export interface Question extends Read {
  block: number
  blockHash: string
}

/** Reads that one log, or one block's end, may ask for. */
const MOST_READS = 8
/** Hex digits of a call: anyone's log may be what it is made of. */
const LONGEST_CALL = 4096

const ADDRESS = /^0x[0-9a-f]{40}$/
const BYTES = /^0x([0-9a-f]{2})*$/

/** By what an answer is known: that of a `once` holds for every block. */
export function keyOf({ to, call, once, blockHash }: Question): string {
  return once ? `${to}|${call}` : `${blockHash}|${to}|${call}`
}

/** What is known while logs are decoded, and what was asked for and is not: decoding runs again once that is answered. */
export class Answers {
  private wanted = new Map<string, Question>()

  constructor(private readonly known: Map<string, Answer> = new Map()) {}

  /**
   * The answers, in order; undefined: they are not known yet.
   *
   * @throws where it is not for a log to ask that
   */
  to(reads: Read[], { block, blockHash }: ProtocolLog): Answer[] | undefined {
    if (reads.length > MOST_READS)
      throw new RangeError(`it asks for ${reads.length} reads, more than ${MOST_READS}`)
    const answers: Answer[] = []
    for (const read of reads) {
      if (!ADDRESS.test(read.to) || read.call.length > LONGEST_CALL || !BYTES.test(read.call))
        throw new RangeError(`it asks for what is no call: ${read.to} ${read.call.slice(0, 80)}`)
      const question = { ...read, block, blockHash }
      const key = keyOf(question)
      const answer = this.known.get(key)
      if (answer) answers.push(answer)
      else if (!this.wanted.has(key)) this.wanted.set(key, question)
    }
    return answers.length === reads.length ? answers : undefined
  }

  learn(question: Question, answer: Answer): void {
    this.known.set(keyOf(question), answer)
  }

  /** What was asked for since the last call and not known; the first block's, where a `once` was asked by several. */
  takeMissing(): Question[] {
    const missing = [...this.wanted.values()]
    this.wanted = new Map()
    return missing
  }
}
