/** A file's bytes, wherever it is: on a disk, or dropped into a page. */
export interface FileSource {
  /** how its giver calls it */
  name: string
  /** from the first, in pieces. Any number of times */
  bytes(): AsyncIterable<Buffer>
}

/** Enough to tell what a file is, and how it was asked for. */
const START_BYTES = 1 << 16

export async function startOf(file: FileSource): Promise<string> {
  let start = Buffer.alloc(0)
  for await (const piece of file.bytes()) {
    start = Buffer.concat([start, piece])
    if (start.length >= START_BYTES) break
  }
  return start.subarray(0, START_BYTES).toString()
}

/** As text: a mark of the byte order stays, what is no UTF-8 is replaced. */
export async function* textOf(file: FileSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const piece of file.bytes()) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}
