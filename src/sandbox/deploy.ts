/** Puts the reference protocol on a local chain, at addresses that are known beforehand. */
import { encodeDeployData, getContractAddress, type Hex, keccak256, stringToHex } from 'viem'
import * as factoryAbi from '../abi/reference/poolFactory'
import * as routerAbi from '../abi/reference/royaltyRouter'
import { artifact, type ContractName } from './artifacts'
import { theCast } from './cast'
import type { ChainDriver } from './chainDriver'

/** Addresses are lower case. */
export interface ReferenceContracts {
  registry: string
  poolFactory: string
  router: string
  voteEscrow: string
  /** 18 decimals; what is staked */
  stakeToken: string
  /** 6 decimals; fees are paid in it, some liquid pools hold it */
  usd: string
}

export interface ReferenceDeployment {
  chainId: number
  contracts: ReferenceContracts
  /** the first block that holds a log of the protocol */
  firstBlock: number
}

/** Between the request of an exit and its payment. */
export const UNBONDING_SECONDS = 7 * 24 * 3600
/** What a fork stakes, in wei of the stake token: 10. */
export const FORK_STAKE = 10n * 10n ** 18n
/** 1 % of a fee is the protocol's. */
const PROTOCOL_FEE_PPM = 10_000
/** 20 % of what a model keeps is its patrons'. */
const PATRONS_PPM = 200_000

const CREATION_GAS = 6_000_000n
/** In the order of deployment: an address follows from the deployer and its nonce. */
const ORDER: (keyof ReferenceContracts)[] = [
  'stakeToken',
  'usd',
  'registry',
  'poolFactory',
  'router',
  'voteEscrow',
]

/** Where the contracts are on every chain whose first transactions were the deployer's. */
export function referenceContracts(): ReferenceContracts {
  const from = theCast().deployer.address
  const entries = ORDER.map((role, nonce) => [
    role,
    getContractAddress({ from, nonce: BigInt(nonce) }).toLowerCase(),
  ])
  return Object.fromEntries(entries) as ReferenceContracts
}

/** What a config file names of them, by role. */
export function configuredContracts(): Record<string, string> {
  const { registry, poolFactory, router, voteEscrow } = referenceContracts()
  return { registry, poolFactory, router, voteEscrow }
}

/** Whether the protocol is there already, as on a chain that was resumed from its state file. */
export async function isDeployed(driver: ChainDriver): Promise<boolean> {
  return (await driver.rpc<string>('eth_getCode', [referenceContracts().voteEscrow, 'latest'])) !== '0x'
}

/** Deploys to a fresh chain. Roles go to the cast, both tokens are allowed for fees. */
export async function deployReference(driver: ChainDriver): Promise<ReferenceDeployment> {
  const { deployer, treasury, slashSink, slasher, bridge } = theCast()
  const contracts = referenceContracts()
  const { registry, poolFactory, stakeToken, router, usd } = contracts
  const create = (contract: ContractName, args: unknown[]) => {
    const { abi, bytecode } = artifact(contract)
    const data = encodeDeployData({ abi, bytecode, args })
    driver.send({ from: deployer, data, what: `creation of ${contract}`, gas: CREATION_GAS })
  }

  create('TestToken', ['Provenance Stake', 'PROV', 18])
  create('TestToken', ['Sandbox Dollar', 'sUSD', 6])
  create('ModelRegistry', [poolFactory, stakeToken, FORK_STAKE])
  create('PoolFactory', [registry, UNBONDING_SECONDS, slashSink.address, deployer.address])
  create('RoyaltyRouter', [
    registry,
    poolFactory,
    treasury.address,
    PROTOCOL_FEE_PPM,
    PATRONS_PPM,
    deployer.address,
  ])
  create('VoteEscrow', [stakeToken])
  const firstBlock = driver.head.number + 1
  driver.call(deployer, poolFactory, factoryAbi.functions.grantRole, {
    role: roleId('SLASHER_ROLE'),
    account: slasher.address,
  })
  driver.call(deployer, router, routerAbi.functions.grantRole, {
    role: roleId('BRIDGE_ROLE'),
    account: bridge.address,
  })
  for (const token of [stakeToken, usd]) {
    driver.call(deployer, router, routerAbi.functions.setToken, { token, isAllowed: true })
  }
  await driver.mine()
  return { chainId: driver.chainId, contracts, firstBlock }
}

/** As the contracts compute it. */
function roleId(name: string): Hex {
  return keccak256(stringToHex(name))
}
