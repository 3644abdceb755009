import type { Connection, Submittable } from 'pg'

/** `COPY … FROM STDIN` of one text, in pg's own protocol: the client calls these methods as the server answers. */
export class CopyRows implements Submittable {
  readonly done: Promise<void>
  private resolve!: () => void
  private reject!: (error: Error) => void

  constructor(
    private readonly statement: string,
    private readonly text: string,
  ) {
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  submit(connection: Connection): void {
    connection.query(this.statement)
  }

  handleCopyInResponse(connection: Connection): void {
    const { sendCopyFromChunk, endCopyFrom } = connection as unknown as {
      sendCopyFromChunk(chunk: Buffer): void
      endCopyFrom(): void
    }
    sendCopyFromChunk.call(connection, Buffer.from(this.text))
    endCopyFrom.call(connection)
  }

  handleError(error: Error): void {
    this.reject(error)
  }

  handleReadyForQuery(): void {
    this.resolve()
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}
