/** Tells when a chain has moved: one subscription for all of a page, open while somebody looks at it. */

/** Over server-sent events, which the API serves subscriptions by. */
const ADDRESS = `/graphql?${new URLSearchParams({
  query: 'subscription { chainAdvanced { id indexed { height hash } } }',
})}`
/** A chain may move many times a second; who listens asks at most so often. */
const REST_MS = 2000
/** A chain that stands still tells nothing, and is late after a while. */
const ANYWAY_MS = 10_000
/** Between attempts: the first, and twice the last up to the longest. */
const BACK_OFF_MS = { first: 1000, longest: 60_000 }

const listeners = new Set<() => void>()
let source: EventSource | undefined
let retry: ReturnType<typeof setTimeout> | undefined
let rest: ReturnType<typeof setTimeout> | undefined
let isDue = false
let anyway: ReturnType<typeof setInterval> | undefined
let waitMs = BACK_OFF_MS.first

/** Calls when a chain has moved, and when the page is looked at again. Gives up its listener. */
export function onLive(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', look)
  listeners.add(listener)
  open()
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    document.removeEventListener('visibilitychange', look)
    close()
  }
}

function look(): void {
  if (document.visibilityState === 'visible') {
    open()
    tell()
  } else close()
}

function open(): void {
  if (source || retry !== undefined || document.visibilityState !== 'visible') return
  anyway ??= setInterval(tell, ANYWAY_MS)
  const opened = new EventSource(ADDRESS)
  source = opened
  opened.addEventListener('next', () => {
    waitMs = BACK_OFF_MS.first
    tell()
  })
  // The server ends it when it stops: that is no reason to hurry either.
  opened.addEventListener('complete', again)
  opened.addEventListener('error', again)
}

/** A browser would try for ever, every three seconds: a server that is down by all its readers at once. */
function again(): void {
  source?.close()
  source = undefined
  if (retry !== undefined) return
  // Apart by chance, so that readers do not come back all at once.
  const delay = waitMs * (0.5 + Math.random() / 2)
  waitMs = Math.min(waitMs * 2, BACK_OFF_MS.longest)
  retry = setTimeout(() => {
    retry = undefined
    open()
    // What moved meanwhile was not told.
    tell()
  }, delay)
}

function close(): void {
  source?.close()
  source = undefined
  clearTimeout(retry)
  clearTimeout(rest)
  clearInterval(anyway)
  retry = rest = anyway = undefined
  waitMs = BACK_OFF_MS.first
}

/** Now, or at the end of the rest: the last move is always told. */
function tell(): void {
  isDue = rest !== undefined
  if (isDue) return
  rest = setTimeout(() => {
    rest = undefined
    if (isDue) tell()
  }, REST_MS)
  for (const listener of [...listeners]) listener()
}
