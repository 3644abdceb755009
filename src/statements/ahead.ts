/** The same, one step ahead: the next value is on its way while whoever reads works on this one. */
export async function* ahead<T>(source: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  try {
    let next = source.next()
    for (;;) {
      const { done, value } = await next
      if (done) return
      next = source.next()
      next.catch(() => {}) // told when it is awaited, if anybody still is there
      yield value
    }
  } finally {
    await source.return()
  }
}
