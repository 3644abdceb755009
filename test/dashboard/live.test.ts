import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { onLive } from '../../src/dashboard/data/live'

/** A browser's server-sent events, told by hand. */
class Source extends EventTarget {
  static made: Source[] = []
  static open = 0
  private closed = false

  constructor(readonly url: string) {
    super()
    Source.made.push(this)
    Source.open++
  }

  close(): void {
    if (!this.closed) Source.open--
    this.closed = true
  }
}

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
const newest = () => Source.made.at(-1)!
const tell = (name: string) => newest().dispatchEvent(new Event(name))

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', page)
  vi.stubGlobal('EventSource', Source)
  page.visibilityState = 'visible'
  Source.made = []
})

afterEach(() => {
  expect(Source.open).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('all who listen share one subscription, which ends with the last of them', () => {
  const [a, b] = [vi.fn(), vi.fn()]
  const [endA, endB] = [onLive(a), onLive(b)]
  expect(Source.made).toHaveLength(1)
  expect(newest().url).toContain('chainAdvanced')
  tell('next')
  expect([a.mock.calls.length, b.mock.calls.length]).toEqual([1, 1])
  endA()
  endA()
  expect(Source.open).toBe(1)
  endB()
})

test('a chain that moves a hundred times a second is asked about every two seconds, the last move too', () => {
  const listener = vi.fn()
  const end = onLive(listener)
  for (let i = 0; i < 500; i++) {
    tell('next')
    vi.advanceTimersByTime(10)
  }
  expect(listener.mock.calls.length).toBe(3)
  vi.advanceTimersByTime(2000)
  expect(listener.mock.calls.length).toBe(4)
  end()
})

test('a server that is away is tried ever more rarely, up to once a minute, and again at once when it tells', () => {
  const end = onLive(() => {})
  const times: number[] = []
  for (let i = 0; i < 12; i++) {
    const before = Date.now()
    tell('error')
    expect(Source.open).toBe(0)
    vi.advanceTimersToNextTimer()
    while (Source.open === 0) vi.advanceTimersToNextTimer()
    times.push(Date.now() - before)
  }
  for (const [i, time] of times.entries()) {
    const longest = Math.min(60_000, 1000 * 2 ** i)
    expect(time).toBeLessThanOrEqual(longest)
    expect(time).toBeGreaterThanOrEqual(longest / 2)
  }
  tell('next')
  const before = Date.now()
  tell('complete')
  while (Source.open === 0) vi.advanceTimersToNextTimer()
  expect(Date.now() - before).toBeLessThanOrEqual(1000)
  end()
})

test('a page that nobody looks at holds no connection, and catches up when it is looked at', () => {
  const listener = vi.fn()
  const end = onLive(listener)
  page.visibilityState = 'hidden'
  page.dispatchEvent(new Event('visibilitychange'))
  expect(Source.open).toBe(0)
  vi.advanceTimersByTime(600_000)
  expect(listener).not.toHaveBeenCalled()
  page.visibilityState = 'visible'
  page.dispatchEvent(new Event('visibilitychange'))
  expect([Source.open, listener.mock.calls.length]).toEqual([1, 1])
  end()
})

test('where nothing moves it is asked all the same, since a chain that stands still tells nothing', () => {
  const listener = vi.fn()
  const end = onLive(listener)
  vi.advanceTimersByTime(30_000)
  expect(listener.mock.calls.length).toBe(3)
  end()
})
