/** A local chain with the reference protocol on it, and the small words that its tests are written in. */
import type { LocalAccount } from 'viem'
import * as tokenAbi from '../../src/abi/reference/testToken'
import { everybody, theCast } from '../../src/sandbox/cast'
import { ChainDriver, type ChainLog } from '../../src/sandbox/chainDriver'
import { deployReference, type ReferenceContracts } from '../../src/sandbox/deploy'
import * as verbs from '../../src/sandbox/scenario/verbs'
import { ChainWorld, type KnownModel, type KnownPool } from '../../src/sandbox/scenario/world'
import { testChain } from '../fixtures/chain'

export interface ReferenceChain {
  url: string
  world: ChainWorld
  driver: ChainDriver
  contracts: ReferenceContracts
  /** Mines what `queue` queues, and returns the logs of the blocks. */
  does(queue: () => unknown, seconds?: number): Promise<ChainLog[]>
  /** Registers a root model. */
  root(owner: LocalAccount, name: string, forkRoyaltyPpm: number): Promise<KnownModel>
  /** Forks a model; its direct pool comes with it. */
  child(owner: LocalAccount, name: string, forkRoyaltyPpm: number, parents: KnownModel[]): Promise<KnownModel>
  /** The pool of a kind, opened by the model's owner if it is not there yet. */
  pool(model: KnownModel, kind: 'direct' | 'liquid', asset?: string): Promise<KnownPool>
  balance(token: string, account: string): Promise<bigint>
  close(): Promise<void>
}

export async function referenceChain(chainId = 31_337): Promise<ReferenceChain> {
  const chain = await testChain({ chainId })
  const driver = await ChainDriver.connect(chain.url, everybody())
  const { contracts } = await deployReference(driver)
  const world = new ChainWorld(driver, contracts)
  await verbs.equip(world)

  const does = async (queue: () => unknown, seconds = 1) => {
    await queue()
    return (await world.mine(seconds)).flatMap(block => block.logs)
  }
  const newest = () => world.model(BigInt(world.models.size))
  return {
    url: chain.url,
    world,
    driver,
    contracts,
    does,
    async root(owner, name, forkRoyaltyPpm) {
      await does(() => verbs.register(world, owner, { name, forkRoyaltyPpm }))
      return newest()
    },
    async child(owner, name, forkRoyaltyPpm, parents) {
      const ids = parents.map(parent => parent.id)
      const roles = parents.map(() => 0)
      await does(() => verbs.fork(world, owner, { name, forkRoyaltyPpm }, ids, [], roles))
      return newest()
    },
    async pool(model, kind, asset = contracts.stakeToken) {
      const owner = world.account(model.owner) ?? theCast().deployer
      const number = kind === 'direct' ? verbs.DIRECT : verbs.LIQUID
      if (!model[kind]) await does(() => verbs.openPool(world, owner, model, number, asset))
      return model[kind] as KnownPool
    },
    balance: (address, account) => driver.read(address, tokenAbi.functions.balanceOf, { account }),
    close: () => chain.close(),
  }
}
