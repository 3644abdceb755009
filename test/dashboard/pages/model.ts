import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

const MERGE = 'eip155:31337/reference:9'
const AGENT = 'eip155:31338/reference:7'
const box = (page: Page, name: string) => page.locator('g.box').filter({ hasText: name }).first()

export function modelPage(reader: Reader): void {
  test('shows facts, lineage, stake and money, wide and light, narrow and dark', async context => {
    const { browser, site } = reader(context)
    for (const look of [WIDE, NARROW]) {
      const { page, open, fine, close } = await visit(browser, site.url, look)
      await open(`/model?id=${AGENT}&depth=all&pin=${MERGE}`)
      await page.locator('.sankey path').first().waitFor()
      await page.getByRole('complementary', { name: 'Chosen model' }).getByText('aurora-merge').waitFor()
      await fine()
      await close()
    }
  })

  test('opens one hop each way, and grows by what a reader opens, by keyboard, which the address keeps', async context => {
    const { browser, site } = reader(context)
    const { page, open, settled, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    const { model } = await site.data<{ model: Record<'parents' | 'children', { totalCount: number }> }>(
      `{ model(id: "${MERGE}") { parents { totalCount } children { totalCount } } }`,
    )
    const [up, down] = [model.parents.totalCount, model.children.totalCount]
    const near = up + down + 1
    await page
      .getByText(`${near} of ${near} models shown. It has ${up} direct parents, ${down} direct`)
      .waitFor()
    expect(await page.locator('g.box').count()).toBe(near)
    const more = page.locator('g.more').first()
    await more.focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/open=/)
    await page.waitForFunction(count => document.querySelectorAll('g.box').length > count, near)
    const grown = await page.locator('g.box').count()
    await page.reload()
    await settled()
    await page.waitForFunction(count => document.querySelectorAll('g.box').length === count, grown)
    await page.getByRole('button', { name: 'All', exact: true }).click()
    await page.waitForURL(/depth=all/)
    const { lineage } = await site.data<{ lineage: { nodes: { model: { id: string } }[] } }>(
      '{ lineage(model: "eip155:31337/reference:9", direction: BOTH) { nodes { model { id } } } }',
    )
    const all = new Set(lineage.nodes.map(({ model }) => model.id)).size + 1
    await page.waitForFunction(count => document.querySelectorAll('g.box').length === count, all)
    await close()
  })

  test('dims all but the ways through the model that is pointed at, and pins one by a click', async context => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url)
    await open(`/model?id=${AGENT}&depth=3`)
    expect(await page.locator('g.dim').count()).toBe(0)
    await box(page, 'aurora-7b-code').hover()
    expect(await page.locator('g.box.dim').count()).toBeGreaterThan(0)
    expect(await box(page, 'retrieval-service').getAttribute('class')).toContain('dim')
    expect(await box(page, 'aurora-merge').getAttribute('class')).not.toContain('dim')
    await box(page, 'aurora-7b-code').click()
    await page.waitForURL(/pin=eip155:31337\/reference:7/)
    const panel = page.getByRole('complementary', { name: 'Chosen model' })
    await panel.getByText('made from').first().waitFor()
    await page.mouse.move(0, 0)
    await fine()
    await panel.getByRole('button', { name: 'Close' }).click()
    await panel.waitFor({ state: 'detached' })
    await close()
  })

  test('marks stubs, circles and what crosses chains, and filters by role and chain', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open('/model?id=eip155:31338/reference:9999')
    await page.getByText('not seen yet').first().waitFor()
    expect(await page.locator('g.box.unseen-yet').count()).toBe(1)
    await open('/model?id=eip155:31337/reference:11')
    expect(await page.locator('g.edge.cyclic').count()).toBe(2)
    await open(`/model?id=${AGENT}`)
    expect(await page.locator('g.edge.crosses').count()).toBeGreaterThan(0)
    await page.getByLabel('Role').selectOption('service')
    await page.waitForURL(/role=SERVICE/)
    await page.waitForFunction(() => document.querySelectorAll('g.box').length === 2)
    await page.getByLabel('Role').selectOption('all')
    await page.getByLabel('Chain').selectOption('alpha')
    await page.waitForURL(/chain=eip155:31337/)
    await box(page, 'aurora-merge').waitFor()
    await box(page, 'retrieval-service').waitFor({ state: 'detached' })
    await page.getByText('As a list').first().click()
    await page.getByRole('row', { name: /aurora-merge.*1 hop up.*as parent.*5%/ }).waitFor()
    await close()
  })

  test('gives what is shown as files', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    const lineage = page.getByRole('region', { name: 'Lineage' })
    const file = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        lineage.getByRole('button', { name }).click(),
      ])
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
    }
    const csv = await file('CSV')
    expect(csv.name).toBe('eip155-31337-reference-9-lineage.csv')
    expect(csv.text.split('\r\n')[0]).toMatch(/^child,child_name,parent,/)
    expect(csv.text).toContain(
      `${MERGE},aurora-merge,eip155:31337/reference:6,aurora-7b-chat,PARENT,80000,false,false`,
    )
    const svg = await file('SVG')
    expect(svg.text).toMatch(/^<svg [^>]*xmlns="http:\/\/www.w3.org\/2000\/svg"/)
    expect(svg.text).toContain('aurora-7b-chat')
    expect(svg.text).not.toMatch(/var\(|class=/)
    await close()
  })

  test('tells who steers and what is owed, as the API says', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    const { model } = await site.data<{
      model: {
        stake: { concentration: { hhi: number }[] }
        royalties: { token: { symbol: string }; owed: string }[]
      }
    }>(`{ model(id: "${MERGE}") { stake { concentration { hhi } } royalties { token { symbol } owed } } }`)
    const hhi = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 3 }).format(
      model.stake.concentration[0]!.hhi,
    )
    await page.getByRole('region', { name: 'Concentration of PROV' }).getByText(hhi).waitFor()
    const money = page.getByRole('region', { name: 'Money' })
    await money.getByLabel('Token').selectOption('sUSD')
    await page.waitForURL(/token=/)
    const owed = model.royalties.find(({ token }) => token.symbol === 'sUSD')!.owed
    // sUSD has six decimals.
    const [, whole, rest] = /^(\d+)(\d{6})$/.exec(owed.padStart(7, '0'))!
    const fraction = rest!.replace(/0+$/, '')
    const exact = `${BigInt(whole!).toLocaleString('en-GB')}${fraction && `.${fraction}`}`
    await money.getByTitle(`${exact} sUSD`).first().waitFor()
    await money.getByLabel('To', { exact: true }).fill('2020-01-01')
    await money.getByText('No money has moved in this time').waitFor()
    await close()
  })

  test('says what to do where there is no such model', async context => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url)
    await open('/model?id=eip155:1/x:<img src=x onerror=alert(1)>')
    await page.getByText(/Nothing names a model .* Search above/).waitFor()
    await fine()
    await open('/model')
    await page.getByText('The address names no model.').waitFor()
    await close()
  })
}

/** What hangs on a model, line by line, and drawn whole. */
export function modelDepth(reader: Reader): void {
  test('tells what would inherit a taint: as many models as the API leads to, their stake added up by token', async context => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    const card = page.getByRole('region', { name: 'If it is tainted' })
    await card.getByRole('button', { name: 'Work it out' }).click()
    await page.waitForURL(/impact=true/)
    const { rows: descendants } = await site.pool.query<{ id: string }>(
      `WITH RECURSIVE d (id) AS (
         SELECT child_id FROM lineage_edge WHERE parent_id = $1
         UNION SELECT e.child_id FROM lineage_edge e JOIN d ON e.parent_id = d.id)
       SELECT id FROM d WHERE id <> $1`,
      [MERGE],
    )
    expect(descendants.length).toBeGreaterThan(3)
    await card.getByText(`${descendants.length} models made of it would inherit the taint`).waitFor()
    const heirs = card.getByRole('group', { name: /would inherit the taint/ })
    expect(await heirs.getByRole('row').count()).toBe(descendants.length + 1)
    const all = [MERGE, ...descendants.map(({ id }) => id)]
    const { rows } = await site.pool.query<{ active: string; exiting: string; patrons: number }>(
      `SELECT sum(active_assets)::text AS active, sum(exiting_assets)::text AS exiting,
              (SELECT count(DISTINCT account_id)::int FROM stake_position
                WHERE pool_id = ANY (array_agg(p.id)) AND shares > 0) AS patrons
         FROM stake_pool p WHERE model_id = ANY ($1) GROUP BY asset_id ORDER BY asset_id`,
      [all],
    )
    expect(rows.length).toBeGreaterThan(0)
    const stake = card.getByRole('group', { name: /^Stake on it/ }).getByRole('row')
    const digits = (amount: string) => amount.replace(/ .*|[,.]/g, '').replace(/^0+|0+$/g, '')
    for (const [n, { active, exiting, patrons }] of rows.entries()) {
      const cells = stake.nth(n + 1).getByRole('cell')
      for (const [at, raw] of [active, exiting].entries())
        expect(digits((await cells.nth(at).locator('.amount').getAttribute('title'))!)).toBe(digits(raw))
      expect(await cells.nth(2).textContent()).toBe(String(patrons))
    }
    const { rows: money } = await site.pool.query<{ waiting: string }>(
      `SELECT sum(d.claimable)::text AS waiting FROM royalty_vault v JOIN vault_debt d ON d.vault_id = v.id
        WHERE v.model_id = ANY ($1) GROUP BY d.token_id HAVING sum(d.claimable) > 0`,
      [all],
    )
    // Whether any waits depends on how far the messages between the chains have come.
    const waits = await card
      .getByRole('group', { name: /^Money of it/ })
      .getByRole('row')
      .locator('td:nth-of-type(1) .amount')
      .evaluateAll(some => some.map(one => one.getAttribute('title')!))
    expect(waits.map(digits).filter(Boolean).sort()).toEqual(
      money.map(({ waiting }) => digits(waiting)).sort(),
    )
    await fine()
    await close()
  })

  test('shows the lines that accrued and claimed are the sums of, and the question in GraphiQL', async context => {
    const { browser, site } = reader(context)
    const { page, open, settled, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    const card = page.getByRole('region', { name: 'Money' })
    const token = await card.getByLabel('Token').inputValue()
    for (const [name, table, column] of [
      ['Accrued', 'royalty_accrual', 'to_model_id'],
      ['Claimed', 'royalty_claim', 'model_id'],
    ] as const) {
      await card.getByRole('button', { name, exact: true }).click()
      await settled()
      const { rows } = await site.pool.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM ${table} WHERE ${column} = $1 AND token_id = $2`,
        [MERGE, token],
      )
      const what = name === 'Accrued' ? 'movements to it' : 'claims that name it'
      const lines = card.getByRole('table', { name: `${rows[0]!.count} ${what}` })
      await lines.waitFor()
      expect(await lines.getByRole('row').count()).toBe(Math.min(20, rows[0]!.count) + 1)
    }
    await page
      .locator('.owed svg rect')
      .last()
      .click({ position: { x: 2, y: 2 }, force: true })
    await page.waitForURL(/lines=/)
    const href = (await card.getByRole('link', { name: 'in GraphiQL' }).getAttribute('href'))!
    const asked = new URL(href, site.url).searchParams
    const answer = await site.data<{ in: { totals: { tokenId: string }[] } }>(
      asked.get('query')!,
      JSON.parse(asked.get('variables')!),
    )
    expect(answer.in.totals.map(total => total.tokenId)).toContain(token)
    await close()
  })

  test('draws all of it as a map, gives the drawing as PNG, and leads to the explorer of a public chain', async context => {
    const { browser, site } = reader(context)
    const { page, open, fine, close } = await visit(browser, site.url)
    await open(`/model?id=${MERGE}`)
    await page.getByRole('button', { name: 'Map of all' }).click()
    const map = page.getByRole('region', { name: 'Map of the lineage' })
    await map.locator('canvas').first().waitFor()
    const { lineageMap } = await site.data<{ lineageMap: { models: number } }>(
      `{ lineageMap(model: "${MERGE}") { models } }`,
    )
    await map.getByText(`All ${lineageMap.models} models`).waitFor()
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'PNG' }).click(),
    ])
    const png = readFileSync(await file.path())
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBeGreaterThan(500) // its width
    await fine()
    await open('/model?id=eip155:1514/story:0x50f949772848f58b23091061a962e3ef545c2281')
    const links = page.locator('a[target=_blank]')
    await links.first().waitFor()
    expect(await links.first().getAttribute('href')).toMatch(
      /^https:\/\/www\.storyscan\.io\/tx\/0x[0-9a-f]{64}$/,
    )
    await close()
  })
}
