import { createServer } from 'node:net'
import { LaunchError } from './launchError'

/** Below those that Linux, macOS and Windows give to connections and to whoever asks for any: a few seconds free is not taken. */
const FIRST = 10_240
const LAST = 32_767
/** Times that another program may be first at a port that was free a moment ago. */
const ATTEMPTS = 10

/** A TCP port of the loopback interface that nothing listens on now. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1))
    if (await isFree(port)) return port
  }
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

/**
 * Starts a program that must be told its port: the one that was asked for, or a free one, and another if the program
 * finds that taken.
 */
export async function onPort<T>(
  asked: number | undefined,
  program: string,
  start: (port: number) => Promise<T>,
): Promise<T> {
  if (asked) return start(await requireFreePort(asked, program))
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      const taken = /address.* already in use|port is already allocated/i.test((error as Error).message)
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return listenOnce(port).then(
    () => true,
    () => false,
  )
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
