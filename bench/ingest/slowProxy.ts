import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Passes HTTP requests on to `target`, each after `delayMs`, as if the endpoint were that far away. */
export async function slowProxy(
  target: string,
  delayMs: number,
): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    setTimeout(() => {
      const onward = request(target, { method: incoming.method, headers: incoming.headers }, answer => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      onward.on('error', error => outgoing.destroy(error))
      incoming.pipe(onward)
    }, delayMs)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}
