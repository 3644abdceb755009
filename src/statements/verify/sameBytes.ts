import type { FileSource } from './fileSource'

/** The first byte at which a file is not these pieces; undefined: it is, to the last. */
export async function firstDifference(
  file: FileSource,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<number | undefined> {
  const reading = file.bytes()[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  let at = 0
  try {
    for await (const piece of pieces) {
      let expected = Buffer.from(piece)
      while (expected.length > 0) {
        if (rest.length === 0) {
          const { done, value } = await reading.next()
          if (done) return at
          rest = value
        }
        const length = Math.min(rest.length, expected.length)
        const [met, wanted] = [rest.subarray(0, length), expected.subarray(0, length)]
        if (!met.equals(wanted)) return at + met.findIndex((byte, i) => byte !== wanted[i])
        at += length
        rest = rest.subarray(length)
        expected = expected.subarray(length)
      }
    }
    return rest.length > 0 || !(await reading.next()).done ? at : undefined
  } finally {
    await reading.return?.()
  }
}
