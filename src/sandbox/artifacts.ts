/** The compiled contracts, as scripts/compileContracts.mjs leaves them beside this file. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Abi, Hex } from 'viem'
import { SandboxError } from './sandboxError'

export type ContractName =
  | 'CurvePool'
  | 'DirectPool'
  | 'LiquidPool'
  | 'ModelRegistry'
  | 'PoolFactory'
  | 'RoyaltyRouter'
  | 'TestToken'
  | 'VoteEscrow'

export interface Artifact {
  abi: Abi
  bytecode: Hex
}

/** ABI and creation code of one of our contracts. */
export function artifact(contract: ContractName): Artifact {
  const file = path.join(__dirname, 'artifacts', `${contract}.json`)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Artifact
  } catch (cause) {
    throw new SandboxError(`${file}: cannot be read`, 'run `npm run build`, which compiles the contracts', {
      cause,
    })
  }
}
