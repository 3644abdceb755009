import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { href, type Page, type Place } from '../address/url'
import { applyTheme, currentTheme } from '../parts/theme'
import { AsOf } from './AsOf'
import { ChainsProvider } from './chains'
import { Search } from './Search'

const LINKS: [page: Page, title: string][] = [
  ['/', 'Overview'],
  ['/risk', 'Risk'],
  ['/path', 'Paths'],
  ['/status', 'Status'],
]

/** What stands around every page: search, links, how fresh the figures are. */
export function Shell({ place, children }: { place: Place; children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  // A new page begins at its top, for a screen reader too.
  useEffect(() => {
    if (first.current) first.current = false
    else main.current?.focus()
  }, [place.page, place.query.get('id')])
  return (
    <ChainsProvider>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="top">
        <a href="/" class="brand">
          <img src="/icon.svg" alt="" width="22" height="22" /> Provenance
        </a>
        <Search />
        <nav aria-label="Pages">
          {LINKS.map(([page, title]) => (
            <a key={page} href={href(page)} aria-current={place.page === page ? 'page' : undefined}>
              {title}
            </a>
          ))}
          <a href="/graphql">GraphiQL</a>
          <ThemeButton />
        </nav>
      </header>
      <AsOf />
      <main id="main" ref={main} tabIndex={-1}>
        {children}
      </main>
    </ChainsProvider>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  const other = theme === 'dark' ? 'light' : 'dark'
  const turn = () => {
    applyTheme(other)
    setTheme(other)
  }
  return (
    <button type="button" onClick={turn} aria-label={`Use ${other} colours`}>
      {theme === 'dark' ? '☀' : '☾'}
    </button>
  )
}
