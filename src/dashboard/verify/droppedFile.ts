import { Buffer } from 'buffer'
import type { FileSource } from '../../statements/verify/fileSource'

/** A file that a reader gave to the page; it stays on their machine. */
export function droppedFile(file: File): FileSource {
  return { name: file.name, bytes: () => piecesOf(file) }
}

/** By a reader of the stream: not every browser steps through one with `for await`. */
async function* piecesOf(file: File): AsyncGenerator<Buffer> {
  const reader = file.stream().getReader()
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read())
      yield Buffer.from(piece.value.buffer, piece.value.byteOffset, piece.value.byteLength)
  } finally {
    await reader.cancel()
  }
}
