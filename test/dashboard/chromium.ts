import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** The machine's own browser. Where it has none the tests skip, with the reason; in CI that is an error. */
export async function launchBrowser(): Promise<Browser | { unavailable: string }> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = folders
    .flatMap(folder => NAMES.map(name => join(folder, name)))
    .find(file => existsSync(file))
  if (!found) {
    const unavailable = `none of ${NAMES.join(', ')} is on the PATH; apt-get install chromium`
    if (process.env.CI) throw new Error(`CI must test the dashboard, but there is no browser: ${unavailable}`)
    return { unavailable }
  }
  // As root, as in a container, Chromium has no sandbox; without a graphics card it draws WebGL by itself.
  return await chromium.launch({
    executablePath: found,
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-swiftshader'],
  })
}
