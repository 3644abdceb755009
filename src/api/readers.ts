import type { IncomingMessage, ServerResponse } from 'node:http'

/** For so long a client may take nothing of what waits for it, ms, and so much longer for each byte that waits. */
const PATIENCE_MS = 30_000
const MS_A_BYTE = 1 / 100
const LOOK_MS = 1000

interface Reading {
  request: IncomingMessage
  /** bytes that had left for the client when it was last looked at */
  left: number
  /** since when nothing has, ms */
  since: number
}

/**
 * Ends the answers of clients that do not read them: what is sent waits in memory, a subscription's events too, which
 * are made as they are read. And tells every answer whose connection is gone.
 */
export class Readers {
  private readonly reading = new Map<ServerResponse, Reading>()
  private timer: NodeJS.Timeout | undefined

  watch(request: IncomingMessage, response: ServerResponse): void {
    this.reading.set(response, { request, left: 0, since: Date.now() })
    response.once('close', () => this.reading.delete(response))
    this.timer ??= setInterval(() => this.look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  private look(): void {
    const now = Date.now()
    for (const [response, reading] of this.reading) {
      const { socket } = reading.request
      if (socket.destroyed) {
        // Node does not tell an answer that waits behind another on the same connection.
        response.destroy()
        response.emit('close')
        continue
      }
      const left = socket.bytesWritten - socket.writableLength
      if (left !== reading.left || response.writableLength === 0) {
        reading.left = left
        reading.since = now
      } else if (now - reading.since > PATIENCE_MS + response.writableLength * MS_A_BYTE) {
        socket.destroy()
      }
    }
  }
}
