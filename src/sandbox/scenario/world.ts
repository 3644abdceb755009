/** What the players of the sandbox know of one chain, folded from its logs, so that a resumed chain goes on. */
import type { LocalAccount } from 'viem'
import * as curveAbi from '../../abi/reference/curvePool'
import * as directAbi from '../../abi/reference/directPool'
import * as registryAbi from '../../abi/reference/modelRegistry'
import * as factoryAbi from '../../abi/reference/poolFactory'
import * as routerAbi from '../../abi/reference/royaltyRouter'
import * as escrowAbi from '../../abi/reference/voteEscrow'
import { everybody } from '../cast'
import type { ChainDriver, ChainLog, MinedBlock } from '../chainDriver'
import type { ReferenceContracts, ReferenceDeployment } from '../deploy'

export interface KnownModel {
  id: bigint
  name: string
  /** lower-case address */
  owner: string
  forkRoyaltyPpm: number
  parents: bigint[]
  direct?: KnownPool
  liquid?: KnownPool
  curve?: KnownPool
}

export interface KnownPool {
  address: string
  asset: string
  model: bigint
}

/** What an account has in the vote escrow. */
export interface KnownLock {
  amount: bigint
  /** seconds since 1970 */
  endsAt: number
  /** model id -> basis points of its votes */
  votes: Map<string, number>
}

export interface PendingExit {
  pool: string
  requestId: bigint
  /** seconds since 1970 */
  readyAt: number
}

/** A royalty on its way to another chain. */
export interface Message {
  guid: string
  fromModel: string
  toModel: string
  token: string
  amount: bigint
}

export interface Attestation {
  uid: string
  /** lower-case address */
  attester: string
}

export class ChainWorld {
  readonly models = new Map<bigint, KnownModel>()
  readonly exits = new Map<string, PendingExit>()
  readonly sent: Message[] = []
  readonly received = new Set<string>()
  readonly attestations = new Map<string, Attestation>()
  /** by lower-case address */
  readonly locks = new Map<string, KnownLock>()
  private readonly graduated = new Set<string>()
  private readonly pools = new Map<string, KnownPool>()
  private readonly accounts = new Map(everybody().map(one => [one.address.toLowerCase(), one]))

  constructor(
    readonly driver: ChainDriver,
    readonly contracts: ReferenceContracts,
  ) {}

  /** Reads all there is on a chain that has lived before. */
  static async load(driver: ChainDriver, deployment: ReferenceDeployment): Promise<ChainWorld> {
    const world = new ChainWorld(driver, deployment.contracts)
    const { registry, poolFactory, router, voteEscrow } = deployment.contracts
    world.absorb(await driver.logs([registry, poolFactory, router, voteEscrow], deployment.firstBlock))
    const pools = [...world.pools.keys()]
    if (pools.length > 0) world.absorb(await driver.logs(pools, deployment.firstBlock))
    return world
  }

  /** Mines what was queued, `seconds` after the newest block. */
  async mine(seconds: number, evenIfEmpty = false): Promise<MinedBlock[]> {
    const blocks = await this.driver.mine(seconds, evenIfEmpty)
    for (const block of blocks) this.absorb(block.logs)
    return blocks
  }

  /** The CAIP-19-like id under which another chain names a model of this one. */
  modelId(id: bigint): string {
    return `eip155:${this.driver.chainId}/reference:${id}`
  }

  /** Of this chain, or undefined: it is another chain's, or not there. */
  modelOf(id: string): KnownModel | undefined {
    const prefix = `eip155:${this.driver.chainId}/reference:`
    return id.startsWith(prefix) ? this.models.get(BigInt(id.slice(prefix.length))) : undefined
  }

  model(id: bigint): KnownModel {
    const model = this.models.get(id)
    if (!model) throw new Error(`chain ${this.driver.chainId} has no model ${id}`)
    return model
  }

  /** The cast's account of an address, or undefined for a stranger's. */
  account(address: string): LocalAccount | undefined {
    return this.accounts.get(address)
  }

  directPools(): KnownPool[] {
    return [...this.models.values()].flatMap(({ direct }) => direct ?? [])
  }

  liquidPools(): KnownPool[] {
    return [...this.models.values()].flatMap(({ liquid }) => liquid ?? [])
  }

  curves(): KnownPool[] {
    return [...this.models.values()].flatMap(({ curve }) => curve ?? [])
  }

  hasGraduated(curve: KnownPool): boolean {
    return this.graduated.has(curve.address)
  }

  /** Number of models on this chain that a fee of one of these would pass, themselves included. */
  lineageSize(ids: bigint[]): number {
    const seen = new Set(ids)
    for (const id of seen) for (const parent of this.models.get(id)?.parents ?? []) seen.add(parent)
    return seen.size
  }

  private absorb(logs: ChainLog[]): void {
    const { registry, poolFactory, router, voteEscrow } = this.contracts
    for (const log of logs) {
      if (log.address === registry) this.absorbRegistry(log)
      else if (log.address === poolFactory) this.absorbFactory(log)
      else if (log.address === router) this.absorbRouter(log)
      else if (log.address === voteEscrow) this.absorbEscrow(log)
      else if (this.pools.has(log.address)) this.absorbPool(log)
    }
  }

  private absorbRegistry(log: ChainLog): void {
    const { ModelRegistered, ModelForked, Transfer, ModelAttested, AttestationRevoked } = registryAbi.events
    if (ModelRegistered.is(log)) {
      const { modelId, owner, name, forkRoyaltyPpm } = ModelRegistered.decode(log)
      this.models.set(modelId, { id: modelId, name, owner, forkRoyaltyPpm, parents: [] })
    } else if (ModelForked.is(log)) {
      const { childId, parentIds } = ModelForked.decode(log)
      this.model(childId).parents = [...parentIds]
    } else if (Transfer.is(log)) {
      const { tokenId, to } = Transfer.decode(log)
      this.model(tokenId).owner = to
    } else if (ModelAttested.is(log)) {
      const { uid, attester } = ModelAttested.decode(log)
      this.attestations.set(uid, { uid, attester })
    } else if (AttestationRevoked.is(log)) {
      this.attestations.delete(AttestationRevoked.decode(log).uid)
    }
  }

  private absorbFactory(log: ChainLog): void {
    if (factoryAbi.events.CurveCreated.is(log)) {
      const { modelId, curve, asset } = factoryAbi.events.CurveCreated.decode(log)
      const known = { address: curve, asset, model: modelId }
      this.pools.set(curve, known)
      this.model(modelId).curve = known
    }
    if (!factoryAbi.events.PoolCreated.is(log)) return
    const { modelId, pool, kind, asset } = factoryAbi.events.PoolCreated.decode(log)
    const known = { address: pool, asset, model: modelId }
    this.pools.set(pool, known)
    this.model(modelId)[kind === 0 ? 'direct' : 'liquid'] = known
  }

  private absorbRouter(log: ChainLog): void {
    const { RoyaltySent, RoyaltyReceived } = routerAbi.events
    if (RoyaltySent.is(log)) {
      const { guid, fromModel, toModel, token, amount } = RoyaltySent.decode(log)
      this.sent.push({ guid, fromModel: this.modelId(fromModel), toModel, token, amount })
    } else if (RoyaltyReceived.is(log)) {
      this.received.add(RoyaltyReceived.decode(log).guid)
    }
  }

  private absorbEscrow(log: ChainLog): void {
    const { LockChanged, Withdrawn, Voted } = escrowAbi.events
    if (LockChanged.is(log)) {
      const { account, added, endsAt } = LockChanged.decode(log)
      const lock = this.locks.get(account) ?? { amount: 0n, endsAt: 0, votes: new Map() }
      this.locks.set(account, { ...lock, amount: lock.amount + added, endsAt: Number(endsAt) })
    } else if (Withdrawn.is(log)) {
      const lock = this.locks.get(Withdrawn.decode(log).account)
      if (lock) lock.amount = 0n
    } else if (Voted.is(log)) {
      const { account, model, bps } = Voted.decode(log)
      this.locks.get(account)?.votes.set(model, bps)
    }
  }

  private absorbPool(log: ChainLog): void {
    if (curveAbi.events.Graduated.is(log)) this.graduated.add(log.address)
    const { ExitRequested, ExitPaid } = directAbi.events
    if (ExitRequested.is(log)) {
      const { requestId, readyAt } = ExitRequested.decode(log)
      const exit = { pool: log.address, requestId, readyAt: Number(readyAt) }
      this.exits.set(`${log.address}/${requestId}`, exit)
    } else if (ExitPaid.is(log)) {
      this.exits.delete(`${log.address}/${ExitPaid.decode(log).requestId}`)
    }
  }
}
