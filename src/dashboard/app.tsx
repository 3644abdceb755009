import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Page, Place } from './address/url'
import { followLinks, usePlace } from './address/useUrl'
import { Overview } from './overview/Overview'
import { lazily } from './parts/lazily'
import { Nowhere } from './parts/Nowhere'
import { Shell } from './shell/Shell'

/** The first page comes at once; the others when they are opened. */
const PAGES: Partial<Record<Page, ComponentType<{ place: Place }>>> = {
  '/': Overview,
  '/status': lazily(() => import('./status/Status').then(({ Status }) => Status)),
}

export function App() {
  const place = usePlace()
  useEffect(followLinks, [])
  const Shown = (place.page && PAGES[place.page]) || Nowhere
  return (
    <Shell place={place}>
      <Shown key={place.page} place={place} />
    </Shell>
  )
}
