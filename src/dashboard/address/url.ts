/** The address is the state: everything that a page shows follows from it, so that a link shows the same. */

export const PAGES = ['/', '/model', '/account', '/protocol', '/token', '/risk', '/path', '/status'] as const
export type Page = (typeof PAGES)[number]

export interface Place {
  page: Page | undefined
  query: URLSearchParams
}

export type Change = Record<string, string | number | readonly string[] | null | undefined>

export function placeOf(url: { pathname: string; search: string }): Place {
  return {
    page: PAGES.find(page => page === url.pathname),
    query: new URLSearchParams(url.search),
  }
}

/** A page's address. Ids go into the query as they are, colons and slashes too, so that they can be read. */
export function href(page: Page, values: Change = {}): string {
  return join(page, changed(new URLSearchParams(), values))
}

/** The place with some values changed; null or undefined takes one out. */
export function changedHref(place: Place, values: Change): string {
  return join(place.page ?? '/', changed(place.query, values))
}

function changed(query: URLSearchParams, values: Change): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const [name, value] of Object.entries(values)) {
    next.delete(name)
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) next.append(name, String(one))
  }
  return next
}

function join(page: string, query: URLSearchParams): string {
  const text = query.toString().replace(/%3A/g, ':').replace(/%2F/g, '/')
  return text ? `${page}?${text}` : page
}

/** A value that is one of those allowed; the first of them where the address says something else. */
export function oneOf<T extends string>(value: string | null, allowed: readonly T[]): T {
  return allowed.find(one => one === value) ?? allowed[0]!
}
