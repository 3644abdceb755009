import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

const ADDRESS = '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc'

export function accountPage(reader: Reader): void {
  test('shows stake, royalties and models over all chains, or of one', async context => {
    const { browser, site } = reader(context)
    const { account } = await site.data<{
      account: { positions: { totalCount: number }; balances: { nodes: { claimable: string }[] } }
    }>(
      `{ account(id: "${ADDRESS}") { positions(where: { shares_gt: "0" }) { totalCount } balances(orderBy: [chain_ASC, tokenId_ASC]) { nodes { claimable } } } }`,
    )
    for (const look of [WIDE, NARROW]) {
      const { page, open, settled, fine, close } = await visit(browser, site.url, look)
      await open(`/account?id=${ADDRESS}`)
      await page.getByText(`${account.positions.totalCount} positions; the stake of`).waitFor()
      const claimable = page.getByRole('region', { name: 'Royalties to claim' })
      expect(await claimable.getByRole('row').count()).toBe(account.balances.nodes.length + 1)
      await fine()
      await page.getByRole('link', { name: 'beta', exact: true }).click()
      await page.waitForURL(`**/account?id=eip155:31338:${ADDRESS}`)
      await settled()
      await page.getByText('On beta alone').waitFor()
      expect(await claimable.getByRole('row').count()).toBeLessThan(account.balances.nodes.length + 1)
      await close()
    }
  })

  test('asks for a statement in each format that the server offers, the same bytes as over HTTP', async context => {
    const { browser, site } = reader(context)
    const { formats } = (await (await fetch(`${site.url}/statements/`)).json()) as {
      formats: { name: string }[]
    }
    const { page, open, fine, close } = await visit(browser, site.url)
    await open(`/account?id=${ADDRESS}&from=2026-01-01&to=2026-12-31`)
    const card = page.getByRole('region', { name: 'Royalty statement' })
    expect(await card.getByLabel('Format').locator('option').allTextContents()).toEqual(
      formats.map(({ name }) => name),
    )
    for (const name of ['csv', 'json']) {
      await card.getByLabel('Format').selectOption(name)
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        card.getByRole('button', { name: 'Download' }).click(),
      ])
      const same = await fetch(
        `${site.url}/statements/${ADDRESS}.${name}?from=2026-01-01&to=2027-01-01&partial=true`,
      )
      expect(same.status).toBe(200)
      expect(readFileSync(await file.path()).equals(Buffer.from(await same.arrayBuffer()))).toBe(true)
      expect(file.suggestedFilename()).toMatch(/\.(csv|json)$/)
    }
    await card.getByText(/is there: [\d,]+ bytes/).waitFor()
    await fine()
    await close()
  })

  test('says why a statement is refused, in the words of the server', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open(`/account?id=${ADDRESS}&from=2026-01-01&to=2026-12-31&partial=false`)
    const card = page.getByRole('region', { name: 'Royalty statement' })
    await card.getByRole('button', { name: 'Download' }).click()
    expect(await card.getByRole('alert').textContent()).toMatch(/partial/)
    await close()
  })

  test('says what to do where nothing was about the account', async context => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url)
    await open(`/account?id=0x${'1'.repeat(40)}`)
    await page.getByText(/No event was about .* Search above/).waitFor()
    await fine()
    await close()
  })
}
