import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy whose connections can be cut in the middle of whatever they carry. */
export async function cuttableProxy(target: string) {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let closed = false
  const server = createServer(client => {
    if (closed) return client.destroy()
    const upstream = connect(Number(port), hostname)
    for (const [a, b] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(a)
      a.on('error', () => {}) // cut on purpose
      a.on('close', () => {
        sockets.delete(a)
        b.destroy()
      })
      a.pipe(b)
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `bolt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Breaks every connection, and those that come until `mend`. */
    cut() {
      closed = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      closed = false
    },
    async stop() {
      this.cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
