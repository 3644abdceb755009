import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

interface Answered {
  tokens: { nodes: { id: string; symbol: string; decimals: number; chain: string }[] }
  tvl: { tokens: { tokenId: string; points: { tvl: string }[] }[] }
  model: { stake: { shareOfAllStake: { tokenId: string; share: number }[] } }
}

export function overviewPage(reader: Reader): void {
  test.for([
    ['wide and light', WIDE],
    ['narrow and dark', NARROW],
  ] as const)('shows chains, models, stake: %s', async ([, look], context) => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url, look)
    await open('/')
    await page.locator('.series canvas').waitFor()
    await fine()
    await close()
  })

  test('names the newest models and what they are made from, as links', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open('/')
    const { models } = (await site.data(
      '{ models(first: 1, orderBy: [time_DESC]) { totalCount nodes { id name parents { nodes { parent { name } } } } } }',
    )) as unknown as {
      models: {
        totalCount: number
        nodes: { id: string; name: string; parents: { nodes: { parent: { name: string } }[] } }[]
      }
    }
    const [newest] = models.nodes
    await page.getByText(`${models.totalCount} models`).waitFor()
    const row = page.getByRole('row', { name: new RegExp(newest!.name) }).first()
    for (const { parent } of newest!.parents.nodes.slice(0, 3))
      await row.getByText(parent.name, { exact: true }).waitFor()
    expect(await row.getByRole('link').first().getAttribute('href')).toBe(`/model?id=${newest!.id}`)
    await close()
  })

  test('shows the stake of the token that the address names, to the last digit', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    const { tokens } = await site.data<Answered>(
      '{ tokens(where: { chain_eq: "eip155:31338", symbol_eq: "PROV" }) { nodes { id symbol decimals chain } } }',
    )
    const token = tokens.nodes[0]!
    await open(`/?token=${token.id}`)
    const { tvl } = await site.data<Answered>(
      '{ tvl(chain: "eip155:31338") { tokens { tokenId points { tvl } } } }',
    )
    const raw = tvl.tokens.find(({ tokenId }) => tokenId === token.id)!.points.at(-1)!.tvl
    const amount = page.locator('.lead .amount').first()
    await amount.click()
    await page.getByText('copied').first().waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied.replace('.', '').padEnd(raw.length, '0')).toBe(raw)
    expect(await page.getByRole('main').getByRole('combobox').inputValue()).toBe(token.id)
    await page.getByRole('main').getByRole('combobox').selectOption({ label: 'PROV on alpha' })
    await page.waitForURL(/token=eip155:31337/)
    await page
      .getByRole('row', { name: /aurora-7b / })
      .first()
      .waitFor()
    const { model } = await site.data<Answered>(
      '{ model(id: "eip155:31337/reference:1") { stake { shareOfAllStake { tokenId share } } } }',
    )
    const shown = await page.getByRole('row', { name: /^aurora-7b \d/ }).textContent()
    expect(shown).toContain(`${(model.stake.shareOfAllStake[0]!.share * 100).toPrecision(3)}%`)
    await close()
  })

  test('comes in less than 120 kB of gzip, chart and all', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    const sizes: Promise<number>[] = []
    page.on('response', response => {
      if (!/graphql|ready/.test(response.url()))
        sizes.push(
          response
            .request()
            .sizes()
            .then(s => s.responseBodySize),
        )
    })
    await open('/')
    await page.locator('.series canvas').waitFor()
    const all = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(all).toBeGreaterThan(20_000)
    expect(all).toBeLessThan(120_000)
    await close()
  })
}
