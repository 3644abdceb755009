import { expect, test } from 'vitest'
import type { Source } from '../../../src/indexer/contracts'
import { changeOf, manifestOf } from '../../../src/indexer/refold/sourceManifest'
import type { Handler } from '../../../src/protocols/protocol'
import { reference } from '../../../src/protocols/reference/reference'
import { story } from '../../../src/protocols/story/story'

const contracts = { registry: '0x01', poolFactory: '0x02', router: '0x03' }
const at = (firstBlock: number, changed: Partial<typeof contracts> = {}): Source => ({
  protocol: reference,
  deployment: { firstBlock, contracts: { ...contracts, ...changed } },
})
const storied: Source = { protocol: story, deployment: story.deployments[1514]! }
const changed = (before: Source[], after: Source[]) => changeOf(manifestOf(before), manifestOf(after))
const nothing = { added: [], revised: [], removed: [] }

/** The reference protocol as other code reads it. */
function recoded(change: (handlers: Record<string, Record<string, Handler>>) => void): Source {
  const handlers = Object.fromEntries(
    Object.entries(reference.handlers).map(([role, topics]) => [role, { ...topics }]),
  )
  change(handlers)
  return { ...at(5), protocol: { ...reference, handlers } }
}

const handler: Handler = { event: 'Odd()', handle: () => [] }

test('the same deployment is no change, in whatever order it is written, and as the database keeps it', () => {
  const kept = JSON.parse(JSON.stringify(manifestOf([storied, at(5)])))
  expect(changeOf(kept, manifestOf([at(5), storied]))).toEqual(nothing)
})

test('more of the chain: a protocol, an earlier first block, a contract, a topic', () => {
  expect(changed([at(5)], [at(5), storied])).toEqual({ ...nothing, added: ['protocol story'] })
  expect(changed([at(5)], [at(3)])).toEqual({ ...nothing, added: ['reference from block 3 instead of 5'] })
  const { groupingModule, ...fewer } = storied.deployment.contracts
  const ungrouped = { ...storied, deployment: { ...storied.deployment, contracts: fewer } }
  expect(changed([ungrouped], [storied])).toEqual({
    ...nothing,
    added: [`story.groupingModule at ${groupingModule}`],
  })
  const odd = recoded(handlers => Object.assign(handlers.router!, { '0xee': handler }))
  expect(changed([at(5)], [odd])).toEqual({ ...nothing, added: ['reference.router 0xee'] })
})

test('less of it: a protocol, a contract that moved, a later first block', () => {
  expect(changed([at(5), storied], [at(5)])).toEqual({ ...nothing, removed: ['protocol story'] })
  expect(changed([at(5)], [at(9)])).toEqual({ ...nothing, removed: ['reference from block 5 to 8'] })
  expect(changed([at(5)], [at(5, { router: '0x04' })])).toEqual({
    ...nothing,
    added: ['reference.router at 0x04'],
    removed: ['reference.router at 0x03'],
  })
})

test('other code: a protocol that reads otherwise, an event that is read no more, another ledger', () => {
  const revised = { ...at(5), protocol: { ...reference, revision: reference.revision + 1 } }
  expect(changed([at(5)], [revised])).toEqual({ ...nothing, revised: ['the reading of reference'] })
  const odd = recoded(handlers => Object.assign(handlers.router!, { '0xee': handler }))
  expect(changed([odd], [at(5)])).toEqual({ ...nothing, revised: ['reference.router 0xee'] })
  const manifest = manifestOf([at(5)])
  expect(changeOf({ ...manifest, ledger: manifest.ledger - 1 }, manifest)).toEqual({
    ...nothing,
    revised: ['the ledger'],
  })
})
