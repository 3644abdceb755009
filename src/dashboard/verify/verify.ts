/** What was found of a file: the words are those of `provenance verify-statement`. */
export interface Found {
  holds: boolean
  problems: readonly { place: string; found: string }[]
  said: readonly string[]
}

/** Verifies files in a worker. @param signal ends it before its time. @throws Error where the worker ends by itself */
export function verify(files: readonly [File, File?], signal: AbortSignal): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
    const end = () => worker.terminate()
    signal.addEventListener('abort', end, { once: true })
    worker.onmessage = ({ data }: MessageEvent<Found>) => {
      end()
      resolve(data)
    }
    worker.onerror = event => {
      end()
      reject(new Error(event.message || 'its code could not be loaded'))
    }
    worker.postMessage(files)
  })
}

/** A CSV file of lines goes first, its totals second, in whatever order they were given. */
export async function inOrder(files: readonly File[]): Promise<[File, File?]> {
  const [one, other] = files
  if (!other) return [one!]
  const start = await one!.slice(0, 64).text()
  return /^\ufeff?line,ofLines,/.test(start) ? [one!, other] : [other, one!]
}
