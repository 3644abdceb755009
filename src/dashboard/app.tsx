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
  '/model': lazily(() => import('./model/Model').then(({ Model }) => Model)),
  '/account': lazily(() => import('./account/Account').then(({ Account }) => Account)),
  '/protocol': lazily(() => import('./protocol/Protocol').then(({ Protocol }) => Protocol)),
  '/token': lazily(() => import('./token/Token').then(({ Token }) => Token)),
  '/risk': lazily(() => import('./risk/Risk').then(({ Risk }) => Risk)),
  '/path': lazily(() => import('./path/Path').then(({ Path }) => Path)),
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
