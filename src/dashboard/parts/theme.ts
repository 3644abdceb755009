/** Light or dark: the system's, until a person chooses. The choice is the reader's, not a page's: not in the address. */

export type Theme = 'light' | 'dark'
const KEY = 'theme'

export function currentTheme(): Theme {
  const chosen = stored()
  if (chosen) return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function applyTheme(theme?: Theme): void {
  if (theme) {
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // a browser that keeps nothing: the choice is this document's alone
    }
  }
  const set = theme ?? stored()
  if (set) document.documentElement.dataset.theme = set
}

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY)
    return value === 'light' || value === 'dark' ? value : undefined
  } catch {
    return undefined
  }
}
