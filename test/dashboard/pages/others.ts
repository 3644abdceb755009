import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

const AGENT = 'eip155:31338/reference:7'
const AURORA = 'eip155:31337/reference:1'

export function otherPages(reader: Reader): void {
  test('are whole, wide and light, narrow and dark', async context => {
    const { browser, site } = reader(context)
    const { tokens } = await site.data<{ tokens: { nodes: { id: string }[] } }>(
      '{ tokens(where: { chain_eq: "eip155:31337", symbol_eq: "PROV" }) { nodes { id } } }',
    )
    for (const look of [WIDE, NARROW]) {
      const { page, open, fine, close } = await visit(browser, site.url, look)
      await open(`/token?id=${tokens.nodes[0]!.id}`)
      await page.getByRole('heading', { name: 'PROV', level: 1 }).waitFor()
      expect(await page.getByRole('row').count()).toBeGreaterThan(10)
      await fine()
      await open('/protocol?id=story')
      await page
        .getByRole('row', { name: /1514: Models #1/ })
        .first()
        .waitFor()
      await fine()
      await open('/risk')
      await page.getByText('few hold most').first().waitFor()
      await fine()
      await open(`/path?from=${AGENT}&to=${AURORA}`)
      await page.getByText(/hops?, from what was made/).waitFor()
      await fine()
      await close()
    }
  })

  test('pages through pools, and begins anew with another token', async context => {
    const { browser, site } = reader(context)
    const { page, open, settled, close } = await visit(browser, site.url)
    await open('/risk')
    const first = await page.getByRole('row').nth(1).textContent()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.waitForURL(/after=/)
    await settled()
    expect(await page.getByRole('row').nth(1).textContent()).not.toBe(first)
    await page.getByRole('main').getByRole('combobox').selectOption({ label: 'PROV on beta' })
    await page.waitForURL(url => !url.search.includes('after') && url.search.includes('31338'))
    await close()
  })

  test('find the shortest way, whichever model is named first, or say that there is none', async context => {
    const { browser, site } = reader(context)
    const { lineagePath } = await site.data<{ lineagePath: { parent: { name: string } }[] }>(
      `{ lineagePath(from: "${AGENT}", to: "${AURORA}") { parent { name } } }`,
    )
    const { page, open, settled, close } = await visit(browser, site.url)
    for (const [from, to] of [
      [AGENT, AURORA],
      [AURORA, AGENT],
    ]) {
      await open('/path')
      await page.getByLabel('Model', { exact: true }).fill(from!)
      await page.getByLabel('and', { exact: true }).fill(to!)
      await page.keyboard.press('Enter')
      await page.waitForURL(/from=.*to=/)
      await settled()
      const names = await page.locator('ol.way a').allTextContents()
      expect(names).toEqual(['lumen-agent', ...lineagePath.map(({ parent }) => parent.name)])
    }
    await open(`/path?from=${AURORA}&to=eip155:1514/story:0x50f949772848f58b23091061a962e3ef545c2281`)
    await page.getByText('Neither was made from the other').waitFor()
    await open('/token?id=nothing')
    await page.getByText(/No event was about the token nothing/).waitFor()
    await close()
  })
}
