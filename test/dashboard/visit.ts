import axe from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

export const WIDE = { viewport: { width: 1440, height: 900 }, colorScheme: 'light' } as const
export const NARROW = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' } as const

export interface Visit {
  page: Page
  context: BrowserContext
  /** Opens a path, and waits until nothing on it is loading. */
  open(path: string): Promise<void>
  /** Nothing on the page loads any more. */
  settled(): Promise<void>
  /** No error in the console, no request to another host, no violation that axe finds, nothing wider than the screen. */
  fine(): Promise<void>
  close(): Promise<void>
}

/** A reader with a browser of its own, whose errors and requests are noted from the first. */
export async function visit(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = WIDE,
): Promise<Visit> {
  const context = await browser.newContext({ ...options, permissions: ['clipboard-read', 'clipboard-write'] })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  page.on('console', message => {
    // What draws WebGL without a graphics card says that it is slow.
    if (/^\[\.WebGL-\S+GL Driver Message \(OpenGL, Performance/.test(message.text())) return
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', error => complaints.push(`thrown: ${error.message}`))
  page.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message().slice(0, 100)}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    const to = new URL(request.url())
    if (to.protocol !== 'data:' && to.protocol !== 'blob:' && to.origin !== url)
      complaints.push(`asked ${to.host}`)
  })
  const settled = async () => {
    await page.waitForFunction(
      () => document.querySelector('main h1') && !/Loading .* …/.test(document.body.textContent ?? ''),
    )
  }
  return {
    page,
    context,
    settled,
    async open(path) {
      await page.goto(url + path)
      await settled()
    },
    async fine() {
      await page.evaluate(axe.source)
      const found = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document)
        return violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`)
      })
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect({ complaints, axe: found, sideways: sideways > 0 }).toEqual({
        complaints: [],
        axe: [],
        sideways: false,
      })
    },
    close: () => context.close(),
  }
}
