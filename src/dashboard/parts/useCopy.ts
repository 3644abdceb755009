import { useEffect, useState } from 'preact/hooks'

const SHOWN_MS = 1200

/** Copies a text; `copied` for a moment after. */
export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = (text: string) => {
    // Undefined where the page came neither by TLS nor from this machine.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject()
    done.then(
      () => setCopied(true),
      () => prompt('Copy this:', text),
    )
  }
  return { copied, copy }
}
