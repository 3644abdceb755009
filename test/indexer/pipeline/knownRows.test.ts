import { describe, expect, test } from 'vitest'
import { ChainRows } from '../../../src/indexer/pipeline/knownRows'
import { Account } from '../../../src/model'

function account(id: string, block = 1): Account {
  return new Account({ id, chain: 'eip155:31337', address: id, block, time: new Date(0) })
}

function changes(...states: Account[]): { entity: typeof Account; states: Account[] }[] {
  return [{ entity: Account, states }]
}

describe('what is known of a chain’s rows', () => {
  test('nothing at first, but that there is none where the chain starts empty', () => {
    const rows = new ChainRows('eip155:1')
    expect(rows.row(Account, 'eip155:1:0xa')).toBeUndefined()
    rows.startEmpty()
    expect(rows.row(Account, 'eip155:1:0xa')).toBeNull()
  })

  test('other chains’ rows never, not even of one whose number begins alike', () => {
    const rows = new ChainRows('eip155:1')
    rows.startEmpty()
    rows.learn(Account, 'eip155:10:0xa', account('eip155:10:0xa'))
    expect(rows.row(Account, 'eip155:10:0xa')).toBeUndefined()
    expect(rows.row(Account, 'eip155:2:0xa')).toBeUndefined()
  })

  test('what was read, and what was folded since, committed or not', () => {
    const rows = new ChainRows('eip155:1')
    rows.learn(Account, 'eip155:1:0xa', null)
    expect(rows.row(Account, 'eip155:1:0xa')).toBeNull()
    rows.stage(changes(account('eip155:1:0xa', 1)))
    rows.stage(changes(account('eip155:1:0xa', 2)))
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
    rows.commit()
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
    rows.commit()
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 2 })
  })

  test('what is folded and not committed, whatever else is read meanwhile: the database does not have it', () => {
    const rows = new ChainRows('eip155:1')
    rows.stage(changes(account('eip155:1:0xa')))
    for (let n = 0; n < 200_000; n++) rows.learn(Account, `eip155:1:${n}`, null)
    expect(rows.row(Account, 'eip155:1:0xa')).toMatchObject({ block: 1 })
  })

  test('a bounded number: what was not asked for lately is forgotten, not taken for absent', () => {
    const rows = new ChainRows('eip155:1')
    rows.startEmpty()
    const id = (n: number) => `eip155:1:${n}`
    rows.learn(Account, 'eip155:1:often', account('eip155:1:often'))
    for (let n = 0; n < 200_000; n++) {
      rows.learn(Account, id(n), account(id(n)))
      if (n % 1000 === 0) expect(rows.row(Account, 'eip155:1:often')).toBeDefined()
    }
    expect(rows.row(Account, id(0))).toBeUndefined()
    expect(rows.row(Account, 'eip155:1:never')).toBeUndefined()
    expect(rows.row(Account, id(199_999))).toMatchObject({ id: id(199_999) })
  })
})
