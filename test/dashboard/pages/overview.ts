import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

interface Answered {
  tokens: { nodes: { id: string; symbol: string; decimals: number; chain: string }[] }
  tvl: { tokens: { tokenId: string; points: { tvl: string }[] }[] }
  model: { stake: { shareOfAllStake: { tokenId: string; share: number }[] } }
}

/** Of an amount, in whichever unit: without the zeros at its ends. */
const digitsOf = (amount: string) => amount.replace(/[.,]/g, '').replace(/^0+|0+$/g, '')

export function overviewPage(reader: Reader): void {
  test.for([
    ['wide and light', WIDE],
    ['narrow and dark', NARROW],
  ] as const)('shows chains, models, stake: %s', async ([, look], context) => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url, look)
    await open('/')
    for (const name of ['Staked by day', 'Fees and royalties by day'])
      await page.getByRole('region', { name }).locator('.series canvas').waitFor()
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
    const choice = page.getByRole('region', { name: 'Staked by day' }).getByRole('combobox')
    expect(await choice.inputValue()).toBe(token.id)
    await choice.selectOption({ label: 'PROV on alpha' })
    await page.waitForURL(/token=eip155:31337/)
    const influential = page.getByRole('region', { name: /^Most influential/ })
    const row = influential.getByRole('row', { name: /^aurora-7b \d/ })
    await row.waitFor()
    const { model } = await site.data<Answered>(
      '{ model(id: "eip155:31337/reference:1") { stake { shareOfAllStake { tokenId share } } } }',
    )
    const shown = await row.textContent()
    expect(shown).toContain(`${(model.stake.shareOfAllStake[0]!.share * 100).toPrecision(3)}%`)
    await close()
  })

  test('shows what was paid and moved on each of thirty days, also where nothing was', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    const { rows } = await site.pool.query<{ token: string; day: string; fees: string; royalties: string }>(
      `WITH newest AS (SELECT date_trunc('day', max(time)) AS day FROM usage_fee WHERE chain = 'eip155:31337'),
        money AS (
          SELECT token_id, time, gross AS fee, 0 AS royalty FROM usage_fee
          UNION ALL SELECT token_id, time, 0, amount FROM royalty_accrual)
       SELECT token_id AS token, to_char(time, 'YYYY-MM-DD') AS day, sum(fee)::text AS fees, sum(royalty)::text AS royalties
         FROM money, newest WHERE token_id LIKE 'eip155:31337/%' AND time >= newest.day - interval '20 days'
        GROUP BY 1, 2 ORDER BY sum(royalty) DESC LIMIT 1`,
    )
    const { token, day, fees, royalties } = rows[0]!
    await open(`/?token=${token}`)
    const card = page.getByRole('region', { name: 'Fees and royalties by day' })
    await card.locator('.series canvas').waitFor()
    await card.getByText('As a table').click()
    expect(await card.getByRole('row').count()).toBe(31)
    const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' }).format(new Date(day))
    const row = card.getByRole('row', { name: new RegExp(`^${shown}`) })
    for (const [n, raw] of [fees, royalties].entries()) {
      await row.locator('.amount').nth(n).click()
      await card.getByText('copied').first().waitFor()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      expect(digitsOf(copied)).toBe(digitsOf(raw))
    }
    await close()
  })

  test('ranks the models that most was built on: by descendants, stake and royalties', async context => {
    const { browser, site } = reader(context)
    const { page, open, settled, close } = await visit(browser, site.url)
    const { rows } = await site.pool.query<{ name: string; models: number }>(
      `WITH RECURSIVE d (root, id) AS (
         SELECT parent_id, child_id FROM lineage_edge
         UNION SELECT d.root, e.child_id FROM d JOIN lineage_edge e ON e.parent_id = d.id)
       SELECT coalesce(m.name, root) AS name, count(DISTINCT d.id)::int AS models
         FROM d LEFT JOIN model m ON m.id = d.root WHERE d.id <> root
        GROUP BY root, m.name ORDER BY 2 DESC, root COLLATE "C" LIMIT 3`,
    )
    await open('/')
    const card = page.getByRole('region', { name: /^Most built on/ })
    const shown = await card.getByRole('row').allTextContents()
    expect(shown.slice(1, 4)).toEqual(rows.map(({ name, models }) => `${name}${models}`))
    for (const by of ['stake', 'royalties']) {
      await card.getByRole('button', { name: by }).click()
      await page.waitForURL(new RegExp(`by=${by}`))
      await settled()
      await card.getByRole('row').nth(1).locator('.amount').waitFor()
    }
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
    for (const canvas of await page.locator('.series canvas').all()) await canvas.waitFor()
    const all = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    expect(all).toBeGreaterThan(20_000)
    expect(all).toBeLessThan(120_000)
    await close()
  })
}
