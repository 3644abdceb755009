import { useEffect, useState } from 'preact/hooks'
import { type Change, changedHref, type Place, placeOf } from './url'

const CHANGED = 'placechange'

/** The place that the browser is at; renders again when it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location))
  useEffect(() => {
    const read = () => setPlace(placeOf(location))
    addEventListener('popstate', read)
    addEventListener(CHANGED, read)
    return () => {
      removeEventListener('popstate', read)
      removeEventListener(CHANGED, read)
    }
  }, [])
  return place
}

/** Goes to another place; `replace` leaves no step to go back to. */
export function go(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  dispatchEvent(new Event(CHANGED))
}

/** Changes values of the place that the browser is at. */
export function change(values: Change, options?: { replace?: boolean }): void {
  go(changedHref(placeOf(location), values), options)
}

/** Follows our own links without loading the document again. Gives up its listener. */
export function followLinks(): () => void {
  const onClick = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const link = (event.target as Element | null)?.closest?.('a')
    if (!link || link.target || link.hasAttribute('download')) return
    const to = link.getAttribute('href') ?? ''
    // An address of the API is a document of its own.
    if (!to.startsWith('/') || !placeOf(new URL(to, location.origin)).page) return
    event.preventDefault()
    const before = location.pathname
    go(to)
    if (location.pathname !== before) scrollTo(0, 0)
  }
  document.addEventListener('click', onClick)
  return () => document.removeEventListener('click', onClick)
}
