import { createHash } from 'node:crypto'

/** What stands before the digest in the comment at the end of a ZIP file. */
export const COMMENT = 'sha256 of all before this comment: '
export const COMMENT_BYTES = COMMENT.length + 64

/** The length of the comment, the last field of a ZIP file, is 0 where there is none. */
const LENGTH_BYTES = 2

/** A ZIP file whose comment is the digest of all before it: a byte that changes where no content is shows too. */
export async function* sealedZip(zip: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let tail = Buffer.alloc(0)
  for await (const piece of zip) {
    const known = Buffer.concat([tail, piece])
    const whole = known.subarray(0, Math.max(0, known.length - LENGTH_BYTES))
    tail = known.subarray(whole.length)
    hash.update(whole)
    if (whole.length > 0) yield whole
  }
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt16LE(COMMENT_BYTES)
  yield Buffer.concat([length, Buffer.from(`${COMMENT}${hash.update(length).digest('hex')}`)])
}
