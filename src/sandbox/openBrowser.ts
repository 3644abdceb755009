import { spawn } from 'node:child_process'

const OPENERS: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', win32: 'explorer' }

/** Shows a page in the user's own browser, which outlives us. */
export function openBrowser(url: string, say: (line: string) => void): void {
  const child = spawn(OPENERS[process.platform] ?? 'xdg-open', [url], { detached: true, stdio: 'ignore' })
  child.on('error', () => say(`No browser could be opened: go to ${url}`))
  child.unref()
}
