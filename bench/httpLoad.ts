/** Asks a GraphQL server over connections that stay open, at the least cost to the machine that it shares with us. */
import { connect, type Socket } from 'node:net'

export interface Load {
  /** answered in a second */
  rate: number
  /** of each request, ms */
  times: number[]
}

/** Asks over so many connections at once, each with its next question when it has its answer, for so long. */
export async function load(
  url: string,
  question: (number: number) => object,
  { connections, ms }: { connections: number; ms: number },
): Promise<Load> {
  const times: number[] = []
  const start = performance.now()
  let asked = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await Connection.to(url)
      while (performance.now() - start < ms) {
        const body = JSON.stringify(question(asked++))
        const sent = performance.now()
        await connection.ask(body)
        times.push(performance.now() - sent)
      }
      connection.close()
    }),
  )
  return { rate: (times.length / (performance.now() - start)) * 1000, times }
}

/** One question, and the milliseconds until its answer was here. */
export async function ask(url: string, question: object): Promise<{ ms: number; data: unknown }> {
  const connection = await Connection.to(url)
  const start = performance.now()
  const text = await connection.ask(JSON.stringify(question))
  const ms = performance.now() - start
  connection.close()
  return { ms, data: JSON.parse(text).data }
}

/** A kept connection that has one question at a time on its way. */
export class Connection {
  private received: Buffer = Buffer.alloc(0)
  private answered: ((text: string) => void) | undefined
  private failed: ((error: Error) => void) | undefined

  private constructor(
    private readonly socket: Socket,
    private readonly head: string,
  ) {
    socket.setNoDelay(true)
    socket.on('data', data => this.read(data))
    socket.on('error', error => this.failed?.(error))
    socket.on('close', () => this.failed?.(new Error('the server closed the connection')))
  }

  static to(url: string): Promise<Connection> {
    const { hostname, port, pathname, host } = new URL(url)
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname)
      const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: `
      socket.once('connect', () => resolve(new Connection(socket, head)))
      socket.once('error', reject)
    })
  }

  /** The answer's body, which must be one without errors. */
  async ask(body: string): Promise<string> {
    const text = await new Promise<string>((resolve, reject) => {
      this.answered = resolve
      this.failed = reject
      this.socket.write(`${this.head}${Buffer.byteLength(body)}\r\n\r\n${body}`)
    })
    if (!text.startsWith('{"data"'))
      throw new Error(`not answered: ${body.slice(0, 300)}\n${text.slice(0, 500)}`)
    return text
  }

  close(): void {
    this.failed = undefined
    this.socket.destroy()
  }

  private read(data: Buffer): void {
    this.received = this.received.length === 0 ? data : Buffer.concat([this.received, data])
    const end = this.received.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.received.toString('latin1', 0, end).toLowerCase()
    const [, length] = /\r\ncontent-length: *(\d+)/.exec(head) ?? []
    if (length === undefined) return void this.failed?.(new Error(`no content-length:\n${head}`))
    const whole = end + 4 + Number(length)
    if (this.received.length < whole) return
    const text = this.received.toString('utf8', end + 4, whole)
    this.received = this.received.subarray(whole)
    this.answered?.(text)
  }
}
