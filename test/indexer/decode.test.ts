import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Discovered, Source } from '../../src/indexer/contracts'
import { decode } from '../../src/indexer/decode'
import type { DomainEvent } from '../../src/ledger/events'
import type { Handler, Protocol, ProtocolLog } from '../../src/protocols/protocol'

const FACTORY = '0xfa'
const ANNOUNCES = '0xa0'
const SPEAKS = '0x50'

const speaks: Handler = {
  event: 'Speaks()',
  handle: (_, origin) => [{ kind: 'attestationRevoked', origin, attestation: origin.contract }],
}
/** A factory announces contracts, which speak. */
const protocol: Protocol = {
  name: 'toy',
  revision: 1,
  deployments: {},
  roles: { factory: { required: true, doc: '' } },
  handlers: { factory: {}, child: { [SPEAKS]: speaks } },
  discovers: [{ by: 'factory', topic: ANNOUNCES, role: 'child', address: log => log.data }],
}
const source: Source = { protocol, deployment: { contracts: { factory: FACTORY }, firstBlock: 0 } }

interface Said {
  by: string
  announces?: string
}

/** Blocks of transactions of logs. */
function logsOf(blocks: Said[][][]): ProtocolLog[] {
  return blocks.flatMap((transactions, block) => {
    let logIndex = 0
    return transactions.flatMap((said, n) =>
      said.map(({ by, announces }) => ({
        address: announces ? FACTORY : by,
        topics: [announces ? ANNOUNCES : SPEAKS],
        data: announces ?? '0x',
        block,
        blockHash: `0x${block}`,
        time: block,
        transaction: `0x${block}-${n}`,
        logIndex: logIndex++,
      })),
    )
  })
}

/** As a processor does: each batch with what the batches before announced. */
function decodeInBatches(batches: ProtocolLog[][]): DomainEvent[] {
  const known: Discovered = new Map()
  return batches.flatMap(batch => {
    const events = decode('eip155:1', [source], batch, known)
    for (const event of events) {
      if (event.kind === 'contractDiscovered') known.set(event.address, { protocol: 'toy', role: event.role })
    }
    return events
  })
}

describe('a contract that is announced', () => {
  const places = (blocks: Said[][][]) =>
    decodeInBatches([logsOf(blocks)])
      .filter(({ kind }) => kind === 'attestationRevoked')
      .map(({ origin }) => `${origin.transaction}/${origin.logIndex}`)

  test('is read from the first log of the announcing transaction on', () => {
    expect(
      places([[[{ by: '0xc' }, { by: '', announces: '0xc' }, { by: '0xc' }]], [[{ by: '0xc' }]]]),
    ).toEqual(['0x0-0/0', '0x0-0/2', '0x1-0/0'])
  })

  test('is passed over before it, in the same block as in an earlier one', () => {
    expect(
      places([[[{ by: '0xc' }]], [[{ by: '0xc' }], [{ by: '', announces: '0xc' }, { by: '0xc' }]]]),
    ).toEqual(['0x1-1/2'])
  })

  test('comes to the same events wherever batches end', () => {
    const said: fc.Arbitrary<Said> = fc.record(
      { by: fc.constantFrom('0xc', '0xd', '0xe'), announces: fc.constantFrom('0xc', '0xd', '0xe') },
      { requiredKeys: ['by'] },
    )
    const chain = fc.array(fc.array(fc.array(said, { maxLength: 4 }), { maxLength: 3 }), { maxLength: 8 })
    fc.assert(
      fc.property(chain, fc.array(fc.nat(7)), (blocks, cuts) => {
        const logs = logsOf(blocks)
        const batches = [...blocks.keys()].reduce<ProtocolLog[][]>(
          (all, block) => {
            if (cuts.includes(block)) all.push([])
            all.at(-1)!.push(...logs.filter(log => log.block === block))
            return all
          },
          [[]],
        )
        expect(decodeInBatches(batches)).toEqual(decodeInBatches([logs]))
      }),
    )
  })
})
