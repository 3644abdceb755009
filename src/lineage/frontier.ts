/** Models that a walk has reached and not passed yet; taken out in topological order, equal ranks as they came. */
export class Frontier {
  /** binary heap: no entry comes before the one at (i - 1) / 2 */
  private readonly heap: { model: string; rank: number; place: number }[] = []
  private added = 0

  constructor(private readonly ranks: ReadonlyMap<string, number>) {}

  add(model: string): void {
    const entry = { model, rank: this.ranks.get(model) ?? 0, place: this.added++ }
    let at = this.heap.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!isBefore(entry, this.heap[above]!)) break
      this.heap[at] = this.heap[above]!
      at = above
    }
    this.heap[at] = entry
  }

  takeFirst(): string | undefined {
    const first = this.heap[0]
    const last = this.heap.pop()
    if (!first || !last || this.heap.length === 0) return first?.model
    let at = 0
    for (;;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      if (left >= this.heap.length) break
      const below = right < this.heap.length && isBefore(this.heap[right]!, this.heap[left]!) ? right : left
      if (!isBefore(this.heap[below]!, last)) break
      this.heap[at] = this.heap[below]!
      at = below
    }
    this.heap[at] = last
    return first.model
  }
}

function isBefore(a: { rank: number; place: number }, b: { rank: number; place: number }): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.place < b.place)
}
