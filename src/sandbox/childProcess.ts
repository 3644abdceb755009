/** Child processes that never outlive us: each is stopped by `stop()`, or when this process ends for any reason. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { LaunchError } from './launchError'
import { removePidFile, stopOrphan, writePidFile } from './pidFile'

/** A signal, and how long (ms) the child may take to obey before the next one. SIGKILL follows the last. */
export type StopStep = readonly [signal: NodeJS.Signals, patience: number]

export type ChildOptions = {
  /** What messages call it. */
  name: string
  command: string
  args: readonly string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  uid?: number
  gid?: number
  stopSteps?: readonly [StopStep, ...StopStep[]]
  /** Told each line of stdout and stderr. */
  onLine?: (line: string) => void
  /** See pidFile.ts. Two children must not have the same. */
  pidFile?: string
}

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  readonly pid: number
  readonly exited: Promise<Exit>
  /** How it ended, once it has. */
  exit(): Exit | undefined
  /** Its last lines of output, for an error message. */
  tail(): string
  stop(): Promise<void>
}

const TAIL_LINES = 25
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const running = new Set<RunningChild>()
let stopping = false

/** Spawns the program; resolves once the operating system runs it (which is before it is ready to serve). */
export async function startChild(options: ChildOptions): Promise<Child> {
  const steps = options.stopSteps ?? [['SIGTERM', 8_000]]
  if (options.pidFile) await stopOrphan(options.pidFile, options.name, steps[0][0])
  const spawned = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    uid: options.uid,
    gid: options.gid,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Own process group: Ctrl-C in a terminal reaches us alone, so that we choose the order in which things stop.
    detached: process.platform !== 'win32',
    windowsHide: true,
  })
  const child = new RunningChild(spawned, steps, options)
  await new Promise<void>((resolve, reject) => {
    spawned.once('spawn', resolve)
    spawned.once('error', cause =>
      reject(
        new LaunchError(
          `${options.name}: cannot run ${options.command}: ${cause.message}`,
          `check that the file exists and may be executed${options.uid === undefined ? '' : ` by user id ${options.uid}`}`,
          { cause },
        ),
      ),
    )
  })
  child.track()
  return child
}

class RunningChild implements Child {
  readonly exited: Promise<Exit>
  private ended: Exit | undefined
  private stopped: Promise<void> | undefined
  private readonly lines: string[] = []

  constructor(
    private readonly process: ChildProcess,
    private readonly steps: readonly [StopStep, ...StopStep[]],
    private readonly options: ChildOptions,
  ) {
    for (const stream of [process.stdout, process.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', line => this.keep(line))
    }
    this.exited = new Promise(resolve => {
      process.once('exit', (code, signal) => {
        this.ended = { code, signal }
        this.untrack()
        resolve(this.ended)
      })
    })
  }

  get pid(): number {
    return this.process.pid!
  }

  exit(): Exit | undefined {
    return this.ended
  }

  tail(): string {
    return this.lines.map(line => `  | ${line}`).join('\n')
  }

  stop(): Promise<void> {
    this.stopped ??= this.stopStepwise()
    return this.stopped
  }

  signal(signal: NodeJS.Signals = this.steps[0][0]): void {
    if (!this.ended) this.process.kill(signal)
  }

  /** With the whole group, for programs that start others (`docker`, `mvn`). */
  kill(): void {
    if (this.ended) return
    try {
      if (process.platform === 'win32') this.process.kill('SIGKILL')
      else process.kill(-this.pid, 'SIGKILL')
    } catch {
      this.process.kill('SIGKILL')
    }
  }

  track(): void {
    if (this.ended) return
    if (this.options.pidFile) writePidFile(this.options.pidFile, this.pid)
    if (running.size === 0) watchOurEnd()
    running.add(this)
  }

  private untrack(): void {
    if (!running.delete(this)) return
    if (this.options.pidFile) removePidFile(this.options.pidFile)
    if (running.size === 0 && !stopping) unwatchOurEnd()
  }

  private async stopStepwise(): Promise<void> {
    for (const [signal, patience] of this.steps) {
      this.signal(signal)
      if (await this.exitsWithin(patience)) return
    }
    this.kill()
    await this.exited
  }

  private async exitsWithin(ms: number): Promise<boolean> {
    if (this.ended) return true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>(resolve => {
      timer = setTimeout(() => resolve(false), ms)
    })
    const inTime = await Promise.race([this.exited.then(() => true), late])
    clearTimeout(timer)
    return inTime
  }

  private keep(line: string): void {
    this.lines.push(line)
    if (this.lines.length > TAIL_LINES) this.lines.shift()
    this.options.onLine?.(line)
  }
}

function watchOurEnd(): void {
  process.on('exit', signalAll)
  for (const signal of SIGNALS) process.on(signal, endBySignal)
}

function unwatchOurEnd(): void {
  process.off('exit', signalAll)
  for (const signal of SIGNALS) process.off(signal, endBySignal)
}

/** Nothing asynchronous runs in an exit handler: the children are told to end, and do so by themselves. */
function signalAll(): void {
  for (const child of running) child.signal()
}

/**
 * A listener takes away Node's own reaction to a signal, which is to end. If the program has a listener of its
 * own, it decides (and the exit handler catches what it leaves); otherwise we stop the children and end as Node
 * would have. A second signal does not wait.
 */
function endBySignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return
  if (stopping) {
    for (const child of running) child.kill()
    return
  }
  stopping = true
  void Promise.all([...running].map(child => child.stop())).finally(() => {
    unwatchOurEnd()
    process.kill(process.pid, signal)
  })
}
