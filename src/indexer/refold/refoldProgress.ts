import type { FoldAgain } from './foldAgain'

const INTERVAL_MS = 5_000

/** Says now and then how far a fold has come. */
export class RefoldProgress {
  private said = performance.now()
  private logs = 0

  constructor(private readonly say: (what: string) => void) {}

  note({ height, logs }: FoldAgain, from: number, to: number): void {
    const ms = performance.now() - this.said
    if (ms < INTERVAL_MS) return
    const part = Math.floor((100 * (height - from + 1)) / (to - from + 1))
    const rate = Math.round(((logs - this.logs) * 1000) / ms)
    this.say(`folded again up to block ${height} of ${to} (${part} %), ${logs} logs, ${rate} logs/s`)
    this.said = performance.now()
    this.logs = logs
  }
}
