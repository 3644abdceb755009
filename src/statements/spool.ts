import { randomUUID } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is kept in memory instead of a file, bytes: most statements. */
const IN_MEMORY = 1024 * 1024
/** What is read from the file at once, bytes. */
const PIECE = 64 * 1024

/** All statements that wait to be read by their clients hold as much as they may. */
export class SpoolFullError extends Error {
  override name = 'SpoolFullError'
}

/** Room for what was made and is not read yet, shared by all. */
export class SpoolSpace {
  private taken = 0

  constructor(readonly most: number) {}

  get bytes(): number {
    return this.taken
  }

  take(bytes: number): void {
    if (this.taken + bytes > this.most)
      throw new SpoolFullError(`more than ${this.most} bytes wait to be read`)
    this.taken += bytes
  }

  giveBack(bytes: number): void {
    this.taken -= bytes
  }
}

/**
 * A file that is made at our pace and read at somebody else's: in memory while it is small, then in a file without a
 * name, which is gone with the process however that ends.
 */
export class Spool {
  private readonly memory: Uint8Array[] = []
  private file: FileHandle | undefined
  private size = 0
  private closed = false

  private constructor(private readonly space: SpoolSpace) {}

  /** Takes all of it. Throws what making it throws, and SpoolFullError; then nothing of it is left. */
  static async of(chunks: AsyncIterable<string | Uint8Array>, space: SpoolSpace): Promise<Spool> {
    const spool = new Spool(space)
    try {
      for await (const chunk of chunks)
        await spool.append(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
      return spool
    } catch (error) {
      await spool.close()
      throw error
    }
  }

  get bytes(): number {
    return this.size
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (!this.file) yield* this.memory
    else
      for (let position = 0; position < this.size; ) {
        const { buffer, bytesRead } = await this.file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, position)
        if (bytesRead === 0) throw new Error('a statement was cut on the disk')
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
  }

  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    this.space.giveBack(this.size)
    await this.file?.close()
  }

  private async append(chunk: Uint8Array): Promise<void> {
    this.space.take(chunk.length)
    this.size += chunk.length
    if (!this.file && this.size <= IN_MEMORY) {
      this.memory.push(chunk)
      return
    }
    this.file ??= await unnamedFile()
    for (const part of [...this.memory.splice(0), chunk]) await this.file.appendFile(part)
  }
}

async function unnamedFile(): Promise<FileHandle> {
  const name = join(tmpdir(), `provenance-${randomUUID()}`)
  const file = await open(name, 'wx+', 0o600)
  await unlink(name)
  return file
}
