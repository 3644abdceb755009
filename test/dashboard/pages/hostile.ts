import { expect, test } from 'vitest'
import { insertRow } from '../../api/rows'
import type { Reader } from '../reader'
import { visit } from '../visit'

const CHAIN = 'eip155:31337'
const EVIL = `${CHAIN}/reference:666666`
const NAME = `</title><script>alert(1)</script><img src=x onerror=alert(2)>\u202E${'<svg onload=alert(3)>'.repeat(50_000)}`
const DESCENDANTS = 50_000

/** Last: it puts much into the tables. */
export function hostile(reader: Reader): void {
  test('a model with a megabyte of markup for a name and fifty thousand descendants does no harm', async context => {
    const { browser, site } = reader(context)
    await insertRow(site.pool, 'Model', { id: EVIL, time: '2025-01-01T00:00:00Z' })
    // As insertRow makes them, in two statements.
    await site.pool.query(
      `ALTER TABLE model DISABLE TRIGGER USER; ALTER TABLE lineage_edge DISABLE TRIGGER USER`,
    )
    await site.pool.query(
      `INSERT INTO model SELECT (jsonb_populate_record(m, jsonb_build_object('id', '${EVIL}-' || i, 'name', 'child ' || i))).*
         FROM model m, generate_series(1, ${DESCENDANTS}) i WHERE m.id = '${EVIL}'`,
    )
    await insertRow(site.pool, 'LineageEdge', {
      id: `${EVIL}-1|PARENT|${EVIL}`,
      childId: `${EVIL}-1`,
      parentId: EVIL,
    })
    await site.pool.query(
      `INSERT INTO lineage_edge
         SELECT (jsonb_populate_record(e, jsonb_build_object('id', '${EVIL}-' || i || '|PARENT|${EVIL}', 'child_id', '${EVIL}-' || i))).*
           FROM lineage_edge e, generate_series(2, ${DESCENDANTS}) i WHERE e.id = '${EVIL}-1|PARENT|${EVIL}'`,
    )
    await site.pool.query('UPDATE model SET name = $2, metadata_uri = $3 WHERE id = $1', [
      EVIL,
      NAME,
      `javascript:alert(4)//${NAME}`,
    ])
    const { page, open, settled, fine, close } = await visit(browser, site.url)
    await open(`/model?id=${EVIL}&depth=all`)
    await page
      .getByText('60 of the first 61 models shown')
      .or(page.getByText('61 of the first 61 models shown'))
      .waitFor()
    await page.getByText('50,000 direct children').waitFor()
    expect((await page.locator('h1').textContent())!.length).toBeLessThanOrEqual(80)
    expect(await page.locator('main script, main img, main [onerror], main [onload]').count()).toBe(0)
    expect(await page.locator('a[href^="javascript"]').count()).toBe(0)
    await fine()
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.waitForURL(/most=120/)
    await settled()
    await page.getByText('121 of the first 121 models shown').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('onerror=alert(2)')
    await page.getByRole('option').first().waitFor()
    expect(await page.locator('[role=option] script, [role=option] img').count()).toBe(0)
    await fine()
    await close()
  })
}
