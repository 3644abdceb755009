/** How ids are written: lower case, CAIP-2 chain first, so that another chain can name a thing before it is seen. */

/** `eip155:8453` */
export function chainId(id: number): string {
  return `eip155:${id}`
}

/** CAIP-10: `eip155:1:0x…` */
export function accountId(chain: string, address: string): string {
  return `${chain}:${address.toLowerCase()}`
}

/** CAIP-19: `eip155:1/erc20:0x…` */
export function tokenId(chain: string, address: string): string {
  return `${chain}/erc20:${address.toLowerCase()}`
}

/** The chain's own coin, CAIP-19: `eip155:1/slip44:60`. */
export function nativeToken(chain: string): string {
  return `${chain}/slip44:60`
}

/** CAIP-19: `eip155:1/erc721:0x…/12` */
export function nftId(chain: string, contract: string, token: bigint): string {
  return `${chain}/erc721:${contract.toLowerCase()}/${token}`
}

/** `eip155:1514/story:0x…`, `eip155:31337/reference:12` */
export function modelId(chain: string, protocol: string, reference: string): string {
  return `${chain}/${protocol}:${reference.toLowerCase()}`
}

/** CAIP-19's shape, within its lengths. */
const MODEL_ID = /^[-a-z0-9]{3,8}:[-_a-z0-9]{1,32}\/[-a-z0-9]{3,16}:[-.%a-z0-9]{1,128}$/

/** A model that a user named in a text which no contract checks, in our spelling; undefined when it is no id of a model. */
export function writtenModel(written: string): string | undefined {
  const id = written.toLowerCase()
  return MODEL_ID.test(id) ? id : undefined
}

/** The same, where nothing else of the log stands without it. @throws RangeError */
export function namedModel(written: string): string {
  const id = writtenModel(written)
  if (id === undefined) throw new RangeError(`no CAIP-19 id of a model: ${written.slice(0, 100)}`)
  return id
}

/** `eip155:31337/pool:0x…` */
export function poolId(chain: string, address: string): string {
  return `${chain}/pool:${address.toLowerCase()}`
}

/** The address part of a CAIP-10 account or CAIP-19 token id. */
export function addressOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1)
}

/** A lock of a vote escrow: by its account's address where an account has one lock, else by its number. */
export function lockId(pool: string, key: string | bigint): string {
  return `${pool}/lock:${String(key).toLowerCase()}`
}

/** `eip155:1/gauge:0x…/0x…`: what the votes that a controller counts are for */
export function gaugeId(chain: string, controller: string, key: string | bigint): string {
  return `${chain}/gauge:${controller.toLowerCase()}/${String(key).toLowerCase()}`
}

/** `eip155:1/gaugeType:0x…/0`: gauges of a type count by its weight */
export function gaugeTypeId(chain: string, controller: string, number: bigint): string {
  return `${chain}/gaugeType:${controller.toLowerCase()}/${number}`
}

/** Role, among a model's contracts, of the account that it is paid by, verified by its protocol. */
export const AGENT_WALLET = 'agentWallet'
