import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, type TestContext } from 'vitest'
import { launchBrowser } from './chromium'
import { accountPage } from './pages/account'
import { hostile } from './pages/hostile'
import { modelDepth, modelPage } from './pages/model'
import { otherPages } from './pages/others'
import { overviewPage } from './pages/overview'
import { shell } from './pages/shell'
import { statusPage } from './pages/status'
import { verifying } from './pages/verify'
import { type Site, scenarioSite } from './site'

/** The pages as a reader meets them, in Chromium, over what `npm start` plays. One site serves all: it takes long to make. */

let browser: Browser | { unavailable: string }
let site: Site

beforeAll(async () => {
  browser = await launchBrowser()
  if ('unavailable' in browser) return
  site = await scenarioSite()
})

afterAll(async () => {
  if (browser && !('unavailable' in browser)) await browser.close()
  await site?.close()
})

/** Skips the running test, with the reason in the report, where there is no browser. */
const reader = (context: TestContext) => {
  if ('unavailable' in browser) context.skip(`no browser: ${browser.unavailable}`)
  return { browser: browser as Browser, site }
}

describe('the shell', () => shell(reader))
describe('the overview', () => overviewPage(reader))
describe('a model', () => modelPage(reader))
describe('a model in depth', () => modelDepth(reader))
describe('an account', () => accountPage(reader))
describe('verifying', () => verifying(reader))
describe('the status', () => statusPage(reader))
describe('protocol, token, risk and the way between two models', () => otherPages(reader))
describe('what anybody can write', () => hostile(reader))
