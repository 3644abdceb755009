import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { visit, WIDE } from '../visit'

export function shell(reader: Reader): void {
  test('finds a model by a part of its name, an account by its address, by keyboard alone', async context => {
    const { browser, site } = reader(context)
    const { page, open, settled, fine, close } = await visit(browser, site.url)
    await open('/status')
    await page.keyboard.press('/')
    await page.keyboard.type('URORA-7B')
    await page.getByRole('option').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await fine()
    const chosen = await page.locator('[role=option][aria-selected=true] b').textContent()
    expect(chosen).toContain('aurora-7b')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/model\?id=eip155:31337\/reference:\d+$/)
    await settled()
    await page.keyboard.press('/')
    await page.keyboard.type('0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/account?id=0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc')
    await page.goBack()
    await page.waitForURL(/\/model\?/)
    await close()
  })

  test('says what to try where nothing is found', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open('/')
    await page.getByRole('combobox', { name: /Search/ }).fill('qqqq zzzz "%_')
    await page.getByText('Nothing found. Try a part of a name').waitFor()
    await close()
  })

  test('says of which blocks the figures are, and that an address leads nowhere', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open('/?nonsense=1')
    const { chains } = await site.data<{
      chains: { name: string; indexed: { height: number }; finalized: { height: number } }[]
    }>('{ chains { name indexed { height } finalized { height } } }')
    const blocks = page.getByRole('region', { name: 'Blocks' })
    for (const { name, indexed, finalized } of chains) {
      await blocks.getByText(`${name} ${indexed.height}, final to ${finalized.height}`).waitFor()
    }
    await close()
  })

  test('keeps the colours that a reader chose', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url, WIDE)
    await open('/')
    await page.getByRole('button', { name: 'Use dark colours' }).click()
    await page.reload()
    await page.getByRole('button', { name: 'Use light colours' }).waitFor()
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(14, 18, 22)')
    await close()
  })

  test('tells of a chain that is late, and goes on showing what it has when the API fails', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await page.route('**/graphql', async route => {
      const response = await route.fetch()
      const answer = await response.json()
      for (const chain of answer.data?.chains ?? [])
        Object.assign(chain, { lagBlocks: 1234, lagSeconds: 7200 })
      await route.fulfill({ response, json: answer })
    })
    await open('/status')
    await page.getByText('alpha is 1,234 blocks behind, 2 hours old').waitFor()
    await page.unroute('**/graphql')
    await page.route('**/graphql', route => route.abort())
    await page.getByRole('alert').first().waitFor()
    expect(await page.getByRole('alert').first().textContent()).toMatch(/does not answer[\s\S]*try again/i)
    await page.getByRole('row', { name: /alpha/ }).first().waitFor()
    await close()
  })
}
