import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as direct from '../../../src/abi/reference/directPool'
import * as liquid from '../../../src/abi/reference/liquidPool'
import * as registry from '../../../src/abi/reference/modelRegistry'
import * as router from '../../../src/abi/reference/royaltyRouter'
import * as escrow from '../../../src/abi/reference/voteEscrow'
import { decode } from '../../../src/indexer/decode'
import type { DomainEvent } from '../../../src/ledger/events'
import { addressOf } from '../../../src/ledger/ids'
import {
  ExitRequest,
  LineageEdge,
  Model,
  ModelRevenue,
  RoyaltyAccrual,
  RoyaltyBalance,
  StakePool,
  StakePosition,
  UsageFee,
} from '../../../src/model'
import type { ProtocolLog } from '../../../src/protocols/protocol'
import { reference } from '../../../src/protocols/reference/reference'
import { everybody, theCast } from '../../../src/sandbox/cast'
import { ChainDriver } from '../../../src/sandbox/chainDriver'
import { configuredContracts, type ReferenceDeployment } from '../../../src/sandbox/deploy'
import { runScenario } from '../../../src/sandbox/scenario/runScenario'
import { type TestChain, testChain } from '../../fixtures/chain'
import { Memory } from '../../ledger/memory'

interface Indexed {
  chain: TestChain
  driver: ChainDriver
  deployment: ReferenceDeployment
  logs: ProtocolLog[]
  events: DomainEvent[]
  memory: Memory
}

let a: Indexed
let b: Indexed

beforeAll(async () => {
  const chains = [await testChain({ chainId: 31_337 }), await testChain({ chainId: 31_338 })] as const
  const played = await runScenario({ a: chains[0].url, b: chains[1].url, seed: 'adapter' })
  a = await index(chains[0], played.a)
  b = await index(chains[1], played.b)
})
afterAll(async () => {
  await a?.chain.close()
  await b?.chain.close()
})

async function index(chain: TestChain, deployment: ReferenceDeployment): Promise<Indexed> {
  const driver = await ChainDriver.connect(chain.url, everybody())
  const logs = await readLogs(chain)
  const events = decode(`eip155:${deployment.chainId}`, sources(deployment), logs, new Map())
  const memory = new Memory()
  // In batches, as a processor reads, and not cut at a transaction's end by luck alone.
  const blocks = [...new Set(logs.map(log => log.block))]
  for (let from = 0; from < blocks.length; from += 25) {
    const batch = new Set(blocks.slice(from, from + 25))
    const state = await memory.batch(events.filter(event => batch.has(event.origin.block)))
    expect(state.rejections()).toEqual([])
  }
  return { chain, driver, deployment, logs, events, memory }
}

function sources({ firstBlock }: ReferenceDeployment) {
  return [{ protocol: reference, deployment: { contracts: configuredContracts(), firstBlock } }]
}

async function readLogs(chain: TestChain): Promise<ProtocolLog[]> {
  const raw = await chain.rpc<Record<string, string>[]>('eth_getLogs', [
    { fromBlock: '0x0', toBlock: 'latest' },
  ])
  return raw.map(log => ({
    address: log.address as string,
    topics: log.topics as unknown as string[],
    data: log.data as string,
    block: Number(log.blockNumber),
    blockHash: log.blockHash as string,
    time: Number(log.blockTimestamp ?? 0) * 1000,
    transaction: log.transactionHash as string,
    logIndex: Number(log.logIndex),
  }))
}

const sides = () => [a, b]

describe('the whole scenario, read by the adapter', () => {
  test('leaves no log of ours unread or rejected', () => {
    for (const { events, logs, deployment } of sides()) {
      expect(events.filter(event => event.kind === 'logRejected')).toEqual([])
      const read = new Set(events.map(({ origin }) => `${origin.block}/${origin.logIndex}`))
      const pools = new Set(
        events.flatMap(event =>
          event.kind === 'poolCreated' || event.kind === 'curveCreated' ? addressOf(event.pool) : [],
        ),
      )
      const { registry: models, router: money } = deployment.contracts
      const unread = logs.filter(
        log => [models, money, ...pools].includes(log.address) && !read.has(`${log.block}/${log.logIndex}`),
      )
      // Mints and burns of liquid shares, which Deposit and Withdraw tell; roles; allowed tokens.
      const zero = `0x${'0'.repeat(64)}`
      const meant = unread.filter(
        ({ topics, address }) =>
          (pools.has(address) && topics[0] === liquid.events.Transfer.topic && topics.includes(zero)) ||
          topics[0] === router.events.RoleGranted.topic ||
          topics[0] === router.events.TokenAllowed.topic,
      )
      expect(unread.length - meant.length).toBe(0)
    }
  })

  test('gives every direct and liquid pool and position that the contracts have, to the wei', async () => {
    for (const { memory, driver } of sides()) {
      const pools = memory.rows(StakePool).filter(({ kind }) => kind === 'DIRECT' || kind === 'LIQUID')
      expect(pools.length).toBeGreaterThan(20)
      for (const pool of pools) {
        const address = addressOf(pool.id)
        if (pool.kind === 'DIRECT') {
          const ask = (fun: typeof direct.functions.activeAssets) => driver.read(address, fun, {})
          expect([pool.activeAssets, pool.exitingAssets, pool.totalShares, pool.totalExitShares]).toEqual([
            await ask(direct.functions.activeAssets),
            await ask(direct.functions.exitingAssets),
            await ask(direct.functions.totalShares),
            await ask(direct.functions.exitSharesTotal),
          ])
        } else {
          expect([pool.activeAssets, pool.totalShares]).toEqual([
            await driver.read(address, liquid.functions.totalAssets, {}),
            await driver.read(address, liquid.functions.totalSupply, {}),
          ])
        }
        for (const position of memory.rows(StakePosition).filter(one => one.poolId === pool.id)) {
          const account = addressOf(position.accountId)
          const assets = await (pool.kind === 'DIRECT'
            ? driver.read(address, direct.functions.assetsOf, { patron: account })
            : driver.read(address, liquid.functions.convertToAssets, {
                shares: await driver.read(address, liquid.functions.balanceOf, { account }),
              }))
          const shares = pool.totalShares + pool.virtualShares
          const computed =
            shares === 0n ? 0n : (position.shares * (pool.activeAssets + pool.virtualAssets)) / shares
          expect(computed, position.id).toBe(assets)
        }
      }
    }
  })

  test('gives every pending exit its worth, and influence its delegates', async () => {
    for (const { memory, driver } of sides()) {
      const pools = new Map(memory.rows(StakePool).map(pool => [pool.id, pool]))
      const pending = memory.rows(ExitRequest).filter(({ status }) => status === 'PENDING')
      expect(pending.length).toBeGreaterThanOrEqual(4)
      for (const request of pending) {
        const pool = pools.get(request.poolId)
        const requestId = BigInt(request.id.slice(request.id.lastIndexOf(':') + 1))
        const worth = await driver.read(addressOf(request.poolId), direct.functions.exitValue, { requestId })
        expect(pool && (request.exitShares * pool.exitingAssets) / pool.totalExitShares).toBe(worth)
      }
      for (const pool of pools.values()) {
        if (pool.kind !== 'DIRECT') continue
        const positions = memory.rows(StakePosition).filter(one => one.poolId === pool.id)
        for (const { address } of theCast().patrons) {
          const folded = positions
            .filter(one => addressOf(one.delegateId) === address.toLowerCase())
            .reduce((sum, one) => sum + one.shares, 0n)
          const { influenceOf } = direct.functions
          expect(folded).toBe(await driver.read(addressOf(pool.id), influenceOf, { account: address }))
        }
      }
    }
  })

  test('gives every beneficiary what the router lets him claim', async () => {
    for (const { memory, driver, deployment } of sides()) {
      const balances = memory.rows(RoyaltyBalance)
      expect(balances.length).toBeGreaterThan(10)
      for (const { accountId, tokenId, accrued, claimed } of balances) {
        const args = { account: addressOf(accountId), token: addressOf(tokenId) }
        const { claimable } = router.functions
        expect(accrued - claimed).toBe(await driver.read(deployment.contracts.router, claimable, args))
      }
    }
  })

  test('gives models their owners, parents and shares as the registry has them', async () => {
    for (const { memory, driver, deployment } of sides()) {
      const { ownerOf, parentsOf } = registry.functions
      for (const model of memory.rows(Model)) {
        const id = model.tokenId as bigint
        const owner = await driver.read(deployment.contracts.registry, ownerOf, { tokenId: id })
        expect(model.ownerId && addressOf(model.ownerId)).toBe(owner)
        const edges = memory
          .rows(LineageEdge)
          .filter(edge => edge.childId === model.id)
          .sort((one, other) => one.ordinal - other.ordinal)
        const kept = await driver.read(deployment.contracts.registry, parentsOf, { modelId: id })
        expect(edges.map(edge => [edge.parentId, edge.sharePpm])).toEqual([
          ...kept.parentIds.map((parent, i) => [`${model.chain}/reference:${parent}`, kept.sharesPpm[i]]),
          ...kept.foreignParents.map((parent, i) => [parent, kept.foreignSharesPpm[i]]),
        ])
      }
    }
  })

  test('counts money once: what models keep and what went abroad is what was paid and came', () => {
    for (const { memory, events } of sides()) {
      const moved = (direction: string) =>
        events.reduce(
          (sum, event) =>
            event.kind === 'crossChainMoved' && event.direction === direction ? sum + event.amount : sum,
          0n,
        )
      const net = memory.rows(UsageFee).reduce((sum, fee) => sum + fee.net, 0n)
      const kept = memory.rows(RoyaltyAccrual).reduce((sum, one) => sum + one.amount + one.patronsAmount, 0n)
      expect(kept + moved('SENT')).toBe(net + moved('RECEIVED'))
      const revenue = memory
        .rows(ModelRevenue)
        .reduce((sum, one) => sum + one.accruedOwn + one.accruedRoyalty, 0n)
      expect(revenue).toBe(kept)
    }
  })

  test('joins both ends of a message by guid, and names the paid model of the other chain', () => {
    const sent = new Map(
      a.events.flatMap(event =>
        event.kind === 'crossChainMoved' && event.direction === 'SENT' ? [[event.guid, event] as const] : [],
      ),
    )
    const received = b.events.filter(
      event => event.kind === 'crossChainMoved' && event.direction === 'RECEIVED',
    )
    expect(received.length).toBeGreaterThan(0)
    for (const event of received) {
      if (event.kind !== 'crossChainMoved') continue
      const { fromModel, toModel, amount } = event
      expect(sent.get(event.guid)).toMatchObject({ fromModel, toModel, amount })
      const accruals = b.memory.rows(RoyaltyAccrual).filter(({ guid }) => guid === event.guid)
      expect(accruals.every(one => one.fromModelId === fromModel && one.kind === 'ANCESTOR')).toBe(true)
    }
  })
})

describe('a log that does not fit', () => {
  const corrupt = (
    find: (log: ProtocolLog) => boolean,
    change: (log: ProtocolLog) => Partial<ProtocolLog>,
  ) => {
    const log = a.logs.find(find) as ProtocolLog
    return decode('eip155:31337', sources(a.deployment), [{ ...log, ...change(log) }], new Map())
  }

  test('because its data is cut short is kept with the reason', () => {
    const [event] = corrupt(
      log => router.events.FeePaid.is(log),
      log => ({ data: log.data.slice(0, 80) }),
    )
    expect(event).toMatchObject({ kind: 'logRejected', reason: expect.stringContaining('FeePaid') })
  })

  test('because a user named something as a foreign parent is kept beside the edges that fit', () => {
    const { ModelForked } = registry.events
    const events = corrupt(
      log => ModelForked.is(log) && ModelForked.decode(log).foreignParents.length > 0,
      log => {
        const [id] = ModelForked.decode(log).foreignParents
        const written = Buffer.from(id as string).toString('hex')
        const junk = Buffer.from(
          '<script>alert(1)</script>'.padEnd((id as string).length, '!').slice(0, id?.length),
        )
        return { data: log.data.replace(written, junk.toString('hex')) }
      },
    )
    expect(events.map(event => event.kind)).toEqual(['modelForked', 'logRejected'])
  })

  test('because a voter named something that is no model is kept with the reason, and moves no vote', () => {
    const { Voted } = escrow.events
    const events = corrupt(
      log => Voted.is(log),
      log => {
        const { model } = Voted.decode(log)
        const junk = Buffer.from('<b>'.padEnd(model.length, '!'))
        return { data: log.data.replace(Buffer.from(model).toString('hex'), junk.toString('hex')) }
      },
    )
    expect(events).toMatchObject([
      { kind: 'logRejected', reason: expect.stringContaining('no CAIP-19 id of a model: <b>') },
    ])
  })

  test("because it is a pool's event from a contract that nobody announced is not ours", () => {
    expect(
      corrupt(
        log => direct.events.Staked.is(log),
        () => ({}),
      ),
    ).toEqual([])
  })
})
