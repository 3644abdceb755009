import { functions } from '../../abi/eigenlayer/delegationManager'
import type { AdapterContext, Answer, Read } from '../protocol'

/** The delays of the networks that EigenLayer runs on, blocks, for where nobody answers: 14 days on mainnet. */
const MAINNET_DELAY = 100_800n
const TEST_DELAY = 50n
const TEST_NETWORKS = new Set(['eip155:11155111', 'eip155:17000', 'eip155:560048'])

/** Asks for MIN_WITHDRAWAL_DELAY_BLOCKS, an immutable of the DelegationManager, unless config gives it. */
export function askForDelay({ deployment }: AdapterContext): Read[] {
  const { delegationManager } = deployment.contracts
  if (deployment.settings?.withdrawalDelayBlocks !== undefined || !delegationManager) return []
  return [{ to: delegationManager, call: functions.minWithdrawalDelayBlocks.encode({}), once: true }]
}

/** Blocks that a queued withdrawal waits: config's, else the contract's own, else the network's. */
export function withdrawalDelay({ chain, deployment }: AdapterContext, answers: Answer[]): bigint {
  const set = deployment.settings?.withdrawalDelayBlocks
  if (set !== undefined) return BigInt(set)
  const [answer] = answers
  if (answer?.kind === 'returned') {
    const delay = wordOf(answer.data)
    if (delay !== undefined) return delay
  }
  return TEST_NETWORKS.has(chain) ? TEST_DELAY : MAINNET_DELAY
}

/** A uint32 in one word; undefined: it is none, as of a release without the view. */
function wordOf(data: string): bigint | undefined {
  if (data.length !== 66) return undefined
  const word = BigInt(data)
  return word < 2n ** 32n ? word : undefined
}
