import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Abi, encodeEventTopics, type Hex } from 'viem'
import type { Contracts, Deployed } from '../../fixtures/contracts'

export const nobody = `0x${'0'.repeat(40)}`
export const NO_UID = `0x${'0'.repeat(64)}` as Hex
export const NEVER = 2n ** 64n - 1n

export interface Said {
  from: Hex
  schema: Hex
  data: Hex
  recipient?: Hex
  refUID?: Hex
  expires?: bigint
}

interface View {
  schema: Hex
  expirationTime: bigint
  revocationTime: bigint
  refUID: Hex
  recipient: Hex
  attester: Hex
  data: Hex
}

interface RawLog {
  topics: Hex[]
  data: Hex
  blockNumber: Hex
}

/** EAS and its schema registry, from their npm package. */
export class EasChain {
  private constructor(
    readonly contracts: Contracts,
    readonly eas: Deployed,
    private readonly registry: Deployed,
  ) {}

  static async on(contracts: Contracts): Promise<EasChain> {
    const registry = await contracts.deploy(artifactOf('SchemaRegistry'))
    return new EasChain(contracts, await contracts.deploy(artifactOf('EAS'), registry.address), registry)
  }

  get people(): Hex[] {
    return this.contracts.accounts.slice(0, 4)
  }

  /** @returns the schema's uid */
  async register(schema: string): Promise<Hex> {
    await this.contracts.send(this.people[0]!, this.registry, 'register', schema, nobody, true)
    return (await this.latest(this.registry, 'Registered')).topics[1]!
  }

  /** @returns the attestation's uid */
  async attest({
    from,
    schema,
    data,
    recipient = nobody as Hex,
    refUID = NO_UID,
    expires = 0n,
  }: Said): Promise<Hex> {
    const request = { recipient, expirationTime: expires, revocable: true, refUID, data, value: 0n }
    await this.contracts.send(from, this.eas, 'attest', { schema, data: request })
    return (await this.latest(this.eas, 'Attested')).data.slice(0, 66) as Hex
  }

  revoke(from: Hex, schema: Hex, uid: Hex): Promise<void> {
    return this.contracts.send(from, this.eas, 'revoke', { schema, data: { uid, value: 0n } })
  }

  get(uid: Hex): Promise<View> {
    return this.contracts.view<View>(this.eas, 'getAttestation', [uid])
  }

  async blockOf(uid: Hex): Promise<number> {
    const logs = await this.logs(this.eas, 'Attested', '0x0')
    return Number(logs.find(log => log.data.startsWith(uid))!.blockNumber)
  }

  private async latest(of: Deployed, eventName: string): Promise<RawLog> {
    return (await this.logs(of, eventName, 'latest')).at(-1)!
  }

  private logs({ address, abi }: Deployed, eventName: string, fromBlock: string): Promise<RawLog[]> {
    const topics = [encodeEventTopics({ abi, eventName } as never)[0]]
    return this.contracts.chain.rpc('eth_getLogs', [{ address, topics, fromBlock, toBlock: 'latest' }])
  }
}

function artifactOf(name: string): { abi: Abi; bytecode: Hex } {
  const require = createRequire(__filename)
  const root = dirname(require.resolve('@ethereum-attestation-service/eas-contracts/package.json'))
  return require(join(root, `artifacts/contracts/${name}.sol/${name}.json`))
}
