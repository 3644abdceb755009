/** What a player can do on a chain: each queues the transactions of one act. Amounts in the token's smallest unit. */
import { keccak256, type LocalAccount, stringToHex } from 'viem'
import * as directAbi from '../../abi/reference/directPool'
import * as liquidAbi from '../../abi/reference/liquidPool'
import * as registryAbi from '../../abi/reference/modelRegistry'
import * as factoryAbi from '../../abi/reference/poolFactory'
import * as routerAbi from '../../abi/reference/royaltyRouter'
import * as tokenAbi from '../../abi/reference/testToken'
import { everybody } from '../cast'
import type { ChainWorld, KnownModel, KnownPool, Message, PendingExit } from './world'

export const DIRECT = 0
export const LIQUID = 1

export interface Draft {
  name: string
  forkRoyaltyPpm: number
}

export interface ForeignParent {
  id: string
  sharePpm: number
}

/** Of a fork, which creates its direct pool too; and of a pool. */
export const CREATION_GAS = 5_000_000n
/** Of a fee through up to 64 ancestors. */
const DISTRIBUTION_GAS = 9_000_000n
/** Of an ERC-20's own functions. */
const TOKEN_GAS = 100_000n
/** More than anybody spends, so that nobody runs dry while the chain lives on. */
const PURSE = 10n ** 12n

/** Gives everybody tokens, and lets the registry, the router and the escrow take them. */
export async function equip(world: ChainWorld): Promise<void> {
  const { registry, router, stakeToken, usd, voteEscrow } = world.contracts
  const { mint, approve } = tokenAbi.functions
  const most = 2n ** 256n - 1n
  for (const who of everybody()) {
    const take = (token: string, amount: bigint) =>
      world.driver.call(who, token, mint, { to: who.address, amount }, TOKEN_GAS)
    const allowAll = (token: string, spender: string) =>
      world.driver.call(who, token, approve, { spender, value: most }, TOKEN_GAS)
    take(stakeToken, PURSE * 10n ** 18n)
    take(usd, PURSE * 10n ** 6n)
    allowAll(stakeToken, registry)
    allowAll(stakeToken, router)
    allowAll(usd, router)
    allowAll(stakeToken, voteEscrow)
  }
  await world.mine(1)
}

export function register(world: ChainWorld, who: LocalAccount, draft: Draft): void {
  world.driver.call(who, world.contracts.registry, registryAbi.functions.register, {
    draft: written(draft, 1),
  })
}

/** `roles`: one a parent, local parents first: 0 parent, 1 dataset, 2 component, 3 service. */
export function fork(
  world: ChainWorld,
  who: LocalAccount,
  draft: Draft,
  parents: bigint[],
  foreignParents: ForeignParent[],
  roles: number[],
): void {
  world.driver.call(
    who,
    world.contracts.registry,
    registryAbi.functions.fork,
    { draft: written(draft, 1), parents, foreignParents, roles },
    CREATION_GAS,
  )
}

export function publishVersion(world: ChainWorld, who: LocalAccount, model: KnownModel, tag: string): void {
  const { contentHash, uri } = written(model, tag)
  const args = { modelId: model.id, contentHash, uri }
  world.driver.call(who, world.contracts.registry, registryAbi.functions.publishVersion, args)
}

export function transferModel(world: ChainWorld, who: LocalAccount, model: KnownModel, to: string): void {
  const args = { from: who.address, to, tokenId: model.id }
  world.driver.call(who, world.contracts.registry, registryAbi.functions.transferFrom, args)
}

export function attest(world: ChainWorld, who: LocalAccount, model: KnownModel, statement: string): string {
  const uid = hash(`${statement}/${model.name}/${who.address}`)
  world.driver.call(who, world.contracts.registry, registryAbi.functions.attest, {
    modelId: model.id,
    uid,
    schema: hash(statement.replace(/\/.*/, '')),
    dataHash: hash(`${uid}/data`),
    uri: `https://attest.example/${uid}.json`,
  })
  return uid
}

export function revokeAttestation(world: ChainWorld, who: LocalAccount, uid: string): void {
  world.driver.call(who, world.contracts.registry, registryAbi.functions.revokeAttestation, { uid })
}

export function openPool(
  world: ChainWorld,
  who: LocalAccount,
  model: KnownModel,
  kind: number,
  asset: string,
): void {
  const args = { modelId: model.id, kind, asset }
  world.driver.call(who, world.contracts.poolFactory, factoryAbi.functions.createPool, args, CREATION_GAS)
}

export function stake(world: ChainWorld, who: LocalAccount, pool: KnownPool, assets: bigint): void {
  allow(world, who, pool, assets)
  world.driver.call(who, pool.address, directAbi.functions.deposit, { assets, onBehalf: who.address })
}

export function requestExit(world: ChainWorld, who: LocalAccount, pool: KnownPool, shares: bigint): void {
  world.driver.call(who, pool.address, directAbi.functions.requestExit, { shares })
}

/** Anyone may complete anyone's exit. */
export function completeExit(world: ChainWorld, who: LocalAccount, exit: PendingExit): void {
  world.driver.call(who, exit.pool, directAbi.functions.completeExit, { requestId: exit.requestId })
}

export function slash(
  world: ChainWorld,
  who: LocalAccount,
  pool: KnownPool,
  ppm: number,
  reason: string,
): void {
  world.driver.call(who, pool.address, directAbi.functions.slash, { ppm, reason })
}

export function delegate(world: ChainWorld, who: LocalAccount, pool: KnownPool, to: string): void {
  world.driver.call(who, pool.address, directAbi.functions.delegate, { to })
}

export function depositLiquid(world: ChainWorld, who: LocalAccount, pool: KnownPool, assets: bigint): void {
  allow(world, who, pool, assets)
  world.driver.call(who, pool.address, liquidAbi.functions.deposit, { assets, receiver: who.address })
}

export function redeemLiquid(world: ChainWorld, who: LocalAccount, pool: KnownPool, shares: bigint): void {
  const args = { shares, receiver: who.address, owner: who.address }
  world.driver.call(who, pool.address, liquidAbi.functions.redeem, args)
}

export function transferLiquid(
  world: ChainWorld,
  who: LocalAccount,
  pool: KnownPool,
  to: string,
  shares: bigint,
): void {
  world.driver.call(who, pool.address, liquidAbi.functions.transfer, { to, value: shares })
}

/** A gift to a pool's patrons; works for both kinds. */
export function compound(world: ChainWorld, who: LocalAccount, pool: KnownPool, assets: bigint): void {
  allow(world, who, pool, assets)
  world.driver.call(who, pool.address, directAbi.functions.compound, { assets })
}

export function payFee(
  world: ChainWorld,
  who: LocalAccount,
  model: KnownModel,
  token: string,
  gross: bigint,
): void {
  const args = { modelId: model.id, token, gross }
  world.driver.call(who, world.contracts.router, routerAbi.functions.payFee, args, DISTRIBUTION_GAS)
}

export function claim(world: ChainWorld, who: LocalAccount, token: string): void {
  world.driver.call(who, world.contracts.router, routerAbi.functions.claim, { token })
}

/** Whether there is anything to claim: the router refuses to pay nothing. */
export async function hasClaim(world: ChainWorld, account: string, token: string): Promise<boolean> {
  const { claimable } = routerAbi.functions
  return (await world.driver.read(world.contracts.router, claimable, { account, token })) > 0n
}

/** Brings a message that another chain sent. Tokens have the same address on both chains. */
export function deliver(
  world: ChainWorld,
  bridge: LocalAccount,
  message: Message,
  toModel: KnownModel,
): void {
  const { guid, fromModel, token, amount } = message
  const args = { guid, fromModel, toModel: toModel.id, token, amount }
  world.driver.call(
    bridge,
    world.contracts.router,
    routerAbi.functions.receiveRoyalty,
    args,
    DISTRIBUTION_GAS,
  )
}

/** Lets a pool take that much of the caller's. */
export function allow(world: ChainWorld, who: LocalAccount, pool: KnownPool, value: bigint): void {
  world.driver.call(who, pool.asset, tokenAbi.functions.approve, { spender: pool.address, value }, TOKEN_GAS)
}

/** The registry's draft of a model: the hash stands for weights that nobody has. */
function written({ name, forkRoyaltyPpm }: Draft, version: number | string) {
  const uri = `https://models.example/${name}/v${version}.json`
  return { contentHash: hash(uri), uri, name, forkRoyaltyPpm }
}

function hash(text: string): string {
  return keccak256(stringToHex(text))
}
