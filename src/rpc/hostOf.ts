/** Endpoint URLs hold keys in user info, path and query: only this much of one is ever shown. */
export function hostOf(url: string): string {
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}`
}
