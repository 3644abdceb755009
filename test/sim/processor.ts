import { join } from 'node:path'
import { packageRoot } from '../../src/config/packageRoot'
import { type Child, startChild } from '../../src/sandbox/childProcess'

/** A supervisor's pause before it starts a process again. */
const RESTART_MS = 1000

/** A process of the deployment that is to run until it is killed. */
export class Processor {
  private child: Child | undefined
  private wanted = false
  /** with which last words it may end by itself, for now */
  mayEnd: RegExp | undefined
  private tellEnded: (tail: string) => void = () => {}

  constructor(
    private readonly args: string[],
    /** told when it ended and nobody had killed it; it is started again then */
    private readonly ended: (how: string) => void,
  ) {}

  async start(): Promise<void> {
    this.wanted = true
    const child = await startProvenance(this.args)
    this.child = child
    void child.exited.then(({ code, signal }) => {
      if (!this.wanted || this.child !== child) return
      if (this.mayEnd?.test(child.tail())) this.tellEnded(child.tail())
      else
        this.ended(`${this.args.slice(0, 2).join(' ')} ended by itself (${signal ?? code}):\n${child.tail()}`)
      setTimeout(() => this.wanted && this.child === child && void this.start(), RESTART_MS)
    })
  }

  /** Its last words, once it has ended with those that it may end with. */
  get endedAsItMay(): Promise<string> {
    return new Promise(resolve => {
      this.tellEnded = resolve
    })
  }

  /** As a crash would: no handler of the process runs. */
  async kill(): Promise<void> {
    const child = this.child
    this.wanted = false
    this.child = undefined
    if (!child || child.exit()) return
    process.kill(child.pid, 'SIGKILL')
    await child.exited
  }

  tail(): string {
    return this.child?.tail() ?? ''
  }
}

/** `provenance …`, as the command line starts it. */
export function startProvenance(args: string[]): Promise<Child> {
  return startChild({
    name: args.join(' '),
    command: process.execPath,
    args: [join(packageRoot, 'bin/provenance.js'), ...args],
    env: { ...process.env, NODE_ENV: 'test' },
    stopSteps: [['SIGTERM', 5_000]],
  })
}
