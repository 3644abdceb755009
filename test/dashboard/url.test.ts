import { describe, expect, test } from 'vitest'
import { dashboard } from '../../src/api/dashboard/dashboard'
import { changedHref, href, oneOf, PAGES, placeOf } from '../../src/dashboard/address/url'
import { byForm, termOf } from '../../src/dashboard/shell/found'

const at = (address: string) => placeOf(new URL(address, 'http://api'))

describe('an address', () => {
  test('is the state: what was written is read, markup and signs too', () => {
    const id = 'eip155:1/x:<b>&?#%+ "\u202E'
    const { page, query } = at(href('/model', { id, open: ['a', 'b'] }))
    expect([page, query.get('id'), query.getAll('open')]).toEqual(['/model', id, ['a', 'b']])
  })

  test('can be read by people', () => {
    expect(href('/model', { id: 'eip155:31337/reference:7', depth: 2 })).toBe(
      '/model?id=eip155:31337/reference:7&depth=2',
    )
  })

  test('changes in what is named, and keeps the rest', () => {
    const place = at('/model?id=m&depth=2&open=a&open=b')
    expect(changedHref(place, { depth: null, open: ['c'] })).toBe('/model?id=m&open=c')
    expect(changedHref(place, { open: [], depth: '' })).toBe('/model?id=m')
  })

  test('of the API is no page', () => {
    for (const path of ['/graphql', '/statements/0x1.csv', '/ready', '/nothing'])
      expect(at(path).page).toBeUndefined()
  })

  test('falls back where it says what there is not', () => {
    expect(oneOf('constructor', ['1', '2'])).toBe('1')
    expect(oneOf('2', ['1', '2'])).toBe('2')
  })

  test('is served by the API, each of them', () => {
    const serve = dashboard()
    for (const page of PAGES) expect(serve(new Request('http://api/'), page)?.status, page).toBe(200)
  })
})

describe('a search', () => {
  test('leads by the form of an id', () => {
    const address = `0x${'Ab'.repeat(20)}`
    expect(byForm(` ${address} `)[0]).toMatchObject({
      kind: 'account',
      to: `/account?id=${address.toLowerCase()}`,
    })
    expect(byForm(`eip155:1:${address}`)[0]).toMatchObject({ kind: 'account' })
    expect(byForm(`eip155:1/erc20:${address}`)[0]).toMatchObject({ kind: 'token' })
    expect(byForm('eip155:31337/reference:7')[0]).toMatchObject({
      kind: 'model',
      to: '/model?id=eip155:31337/reference:7',
    })
    expect(byForm('aurora')).toEqual([])
  })

  test('asks for nothing of less than two characters, nor of a novel', () => {
    expect(termOf(' a ')).toBeUndefined()
    expect(termOf('x'.repeat(1e6))).toHaveLength(120)
  })
})
