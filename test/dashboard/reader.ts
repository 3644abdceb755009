import type { Browser } from 'playwright-core'
import type { TestContext } from 'vitest'
import type { Site } from './site'

/** What a test of a page needs; skips the test where there is no browser. */
export type Reader = (context: TestContext) => { browser: Browser; site: Site }
