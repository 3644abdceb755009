import type { Problem } from '../data/client'
import { fileNameIn } from './request'

export type Outcome = { name: string; bytes: number } | { problem: Problem }

/** Fetches a statement, tells how much of it has come (0 to 1), and offers it as a file. */
export async function download(url: string, onPart: (part: number) => void): Promise<Outcome> {
  let response: Response
  try {
    response = await fetch(url)
  } catch {
    return {
      problem: {
        message: 'The server does not answer.',
        fix: 'See whether its process runs, then try again.',
      },
    }
  }
  if (!response.ok || !response.body) return { problem: await problemIn(response) }
  const all = Number(response.headers.get('content-length'))
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  try {
    const reader = response.body.getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value)
      bytes += piece.value.length
      onPart(all > 0 ? Math.min(1, bytes / all) : 0)
    }
  } catch {
    return { problem: { message: 'The statement broke off.', fix: 'Try again.' } }
  }
  const name = fileNameIn(response.headers.get('content-disposition'), 'statement')
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(pieces, { type: response.headers.get('content-type') ?? '' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  return { name, bytes }
}

async function problemIn(response: Response): Promise<Problem> {
  const answer = (await response.json().catch(() => ({}))) as { error?: Partial<Problem> }
  const { message = `The server answered ${response.status}.`, fix = 'Try again later.' } = answer.error ?? {}
  return { message, fix }
}
