import { createServer } from 'node:net'
import { LaunchError } from './launchError'

/** A TCP port of the loopback interface that nothing listens on now. */
export function freePort(): Promise<number> {
  return listenOnce(0)
}

/** The port itself; a `LaunchError` that names `program` if something else listens on it. */
export async function requireFreePort(port: number, program: string): Promise<number> {
  try {
    return await listenOnce(port)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be opened (${code})`
    throw new LaunchError(
      `${program}: port ${port} ${why}`,
      `stop what listens on 127.0.0.1:${port}, or choose another port for ${program}`,
      { cause },
    )
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      const bound = typeof address === 'object' && address !== null ? address.port : port
      server.close(() => resolve(bound))
    })
  })
}
