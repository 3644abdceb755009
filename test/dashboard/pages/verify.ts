import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cliProve, cliVerify } from '../../../src/statements/verify/cliVerify'
import type { Reader } from '../reader'
import { NARROW, visit } from '../visit'

const ADDRESS = '0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc'

export function verifying(reader: Reader): void {
  test('a statement in the browser finds what the command finds, on whole and on tampered files', async context => {
    const { browser, site } = reader(context)
    const folder = mkdtempSync(join(tmpdir(), 'dropped-'))
    const { page, open, fine, close } = await visit(browser, site.url, NARROW)
    const fetched = async (format: string, choice = '') => {
      const period = `from=2026-01-01&to=2027-01-01&partial=true${choice}`
      const response = await fetch(`${site.url}/statements/${ADDRESS}.${format}?${period}`)
      expect(response.status).toBe(200)
      return await response.text()
    }
    const written = (name: string, text: string) => {
      const file = join(folder, name)
      writeFileSync(file, text)
      return file
    }
    const [json, csv, totals] = await Promise.all([
      fetched('json'),
      fetched('csv', '&bom=true'),
      fetched('csv', '&part=totals'),
    ])
    const lines = csv.split('\r\n')
    expect(lines.length).toBeGreaterThan(6)
    const without = (at: number) => lines.filter((_, i) => i !== at).join('\r\n')
    const whole = written('whole.json', json)
    const proof = await cliProve({ file: whole }, 2)
    const files: [what: string, file: string, totals?: string][] = [
      ['whole JSON', whole],
      ['lines of CSV', written('lines.csv', csv)],
      ['CSV with totals', written('both.csv', csv), written('totals.csv', totals)],
      ['a proof', written('proof.json', proof.text)],
      [
        'an amount',
        written(
          'amount.json',
          json.replace(/("amount":")(\d)/, (_, head, digit) => `${head}${9 - digit}`),
        ),
      ],
      ['a total', written('total.json', json.replace(/("closing":")/, '$11'))],
      ['cut off', written('cut.json', json.slice(0, -40))],
      ['a line less', written('less.csv', without(3))],
      ['no CSV', written('quote.csv', csv.replace(/(\r\n4,[^\r]*?),/, '$1"x,'))],
      ["another's totals", written('third.csv', without(lines.length - 2)), written('of.csv', totals)],
      ['a proof of more', written('more.json', proof.text.replace(/("amount":")/, '$11'))],
      ['something else', written('other.txt', 'hello')],
    ]
    await open(`/account?id=${ADDRESS}`)
    const card = page.getByRole('region', { name: 'Verify a statement' })
    for (const [what, file, second] of files) {
      const { text, holds } = await cliVerify({ file, totals: second })
      // Whatever the order in which a browser hands them over.
      await card.getByLabel('Statement to verify').setInputFiles(second ? [second, file] : [file])
      const names = [second, file].flatMap(one => one?.slice(folder.length + 1) ?? []).join(' and ')
      await card.getByText(`${holds ? 'holds' : 'does not hold'} ${names}`).waitFor()
      const said = (await card.locator('pre').textContent())!
      expect(said.split('\n'), what).toEqual(wordsFor(text, file))
      const places = await card.locator('li b').allTextContents()
      expect(places, what).toEqual(
        [...text.matchAll(/^WRONG (.*?): /gm)].map(([, place]) => place!.replace(`${folder}/`, '')),
      )
    }
    await fine()
    await close()
    rmSync(folder, { recursive: true })
  })
}

/** The command names a file by its path, a page by its name. */
function wordsFor(text: string, file: string): string[] {
  const folder = file.slice(0, file.lastIndexOf('/') + 1)
  return text.slice(`${file}: `.length).trimEnd().replaceAll(folder, '').split('\n')
}
