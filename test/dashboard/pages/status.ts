import { expect, test } from 'vitest'
import { insertRow } from '../../api/rows'
import type { Reader } from '../reader'
import { NARROW, visit, WIDE } from '../visit'

export function statusPage(reader: Reader): void {
  test('shows readiness, processors, projector and rejected logs, wide and light, narrow and dark', async context => {
    const { browser, site } = reader(context)
    for (const look of [WIDE, NARROW]) {
      const { page, open, fine, close } = await visit(browser, site.url, look)
      await open('/status')
      await page.getByText('Every chain is followed, and none lags.').waitFor()
      await page.getByRole('row', { name: /alpha \(eip155:31337\)/ }).waitFor()
      await fine()
      await close()
    }
  })

  test('names the reasons why the API is not ready', async context => {
    const { browser, site } = reader(context)
    const { page, open, close } = await visit(browser, site.url)
    const reasons = [
      { chain: 'eip155:31338', reason: 'stalled', message: 'its processor has not reported for 60 s' },
    ]
    await page.route('**/ready', route => route.fulfill({ status: 503, json: { ready: false, reasons } }))
    await open('/status')
    expect(await page.getByRole('region', { name: 'Ready to be asked' }).textContent()).toMatch(
      /stalled beta: its processor has not reported for 60 s/,
    )
    await close()
  })

  test('pages through rejected logs, whose reasons may be anything', async context => {
    const { browser, site } = reader(context)
    for (let i = 0; i < 25; i++) {
      await insertRow(site.pool, 'RejectedLog', {
        id: `eip155:31337/rejected-${i}`,
        chain: 'eip155:31337',
        reason: `${'<img src=x onerror=alert(1)>'.repeat(i === 24 ? 1000 : 1)}${i}`,
        time: new Date(Date.UTC(2026, 0, 1, 0, i)),
      })
    }
    const { page, open, settled, fine, close } = await visit(browser, site.url)
    await open('/status')
    await page.getByText('25 logs of our contracts').waitFor()
    await fine()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.waitForURL(/after=/)
    await settled()
    await page.getByRole('row', { name: /onerror=alert\(1\)>0 / }).waitFor()
    await page.reload()
    await page.getByRole('row', { name: /onerror=alert\(1\)>0 / }).waitFor()
    expect(await page.locator('main img').count()).toBe(0)
    await close()
    await site.pool.query(`DELETE FROM rejected_log WHERE id LIKE 'eip155:31337/rejected-%'`)
  })
}
