interface Options<Task, Result> {
  /** tasks under way or done and not consumed yet */
  concurrency: number
  /** heaviest sum of results to give at once; a single one may be heavier */
  most: number
  /** what counts towards `most` */
  weigh(result: Result): number
  run(task: Task): Promise<Result>
}

/**
 * Runs tasks a few at a time, ahead of who consumes them, and gives their results in order, as many at once as are
 * done. The next task is asked for only when there is room, so it can use what earlier ones have found out.
 */
export async function* orderedAhead<Task, Result>(
  tasks: AsyncIterator<Task>,
  { concurrency, most, weigh, run }: Options<Task, Result>,
): AsyncGenerator<Result[]> {
  const running: { promise: Promise<Result>; done?: { value: Result } }[] = []
  let end: { error?: unknown } | undefined
  let filling: Promise<void> | undefined

  const fill = async () => {
    try {
      while (!end && running.length < concurrency) {
        const next = await tasks.next()
        if (next.done) end = {}
        else start(next.value)
      }
    } catch (error) {
      end = { error } // thrown once all before it is consumed
    }
  }
  const keepFull = () => {
    if (filling || end || running.length >= concurrency) return
    filling = fill().finally(() => {
      filling = undefined
    })
  }
  const start = (task: Task) => {
    const entry: (typeof running)[number] = { promise: run(task) }
    running.push(entry)
    entry.promise.then(
      value => {
        entry.done = { value }
      },
      () => {}, // thrown when its turn comes
    )
  }

  for (;;) {
    keepFull()
    if (running.length === 0) await filling
    const first = running[0]
    if (!first) {
      if (!end) continue
      if ('error' in end) throw end.error
      return
    }
    const results: Result[] = [await first.promise]
    running.shift()
    let weight = weigh(results[0]!)
    for (let next = running[0]?.done; next && weight + weigh(next.value) <= most; next = running[0]?.done) {
      weight += weigh(next.value)
      results.push(next.value)
      running.shift()
    }
    keepFull()
    yield results
  }
}
