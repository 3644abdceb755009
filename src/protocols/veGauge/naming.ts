import { functions as controller } from '../../abi/veGauge/gaugeController'
import { functions as escrow } from '../../abi/veGauge/votingEscrow'
import { poolId } from '../../ledger/ids'
import type { AdapterContext, Answer, Read } from '../protocol'
import { addressIn } from '../reading'

/*
 * Config may name several escrows, so the contracts say what belongs to what. Where nobody can be asked (a recording
 * without answers) and config names one escrow, that is the controller's, and config's token is what it locks.
 */

function soleEscrow({ deployment }: AdapterContext): string | undefined {
  const named = Object.entries(deployment.contracts).filter(
    ([key]) => key.split('@', 1)[0] === 'votingEscrow',
  )
  return named.length === 1 ? named[0]![1] : undefined
}

/** `voting_escrow()` of a controller, which never changes. */
export function escrowOf(gaugeController: string): Read {
  return { to: gaugeController, call: controller.voting_escrow.encode({}), once: true }
}

/** Pool of the escrow whose locks a controller counts; undefined: nobody answers yet. */
export function escrowPool(context: AdapterContext, answer: Answer | undefined): string | undefined {
  const address = answer?.kind === 'unanswered' ? soleEscrow(context) : toldBy(answer, 'voting_escrow()')
  return address && poolId(context.chain, address)
}

/** `token()` of an escrow, which never changes. */
export function tokenOf(votingEscrow: string): Read {
  return { to: votingEscrow, call: escrow.token.encode({}), once: true }
}

/** Address of what an escrow locks; undefined: nobody answers yet. */
export function lockedToken(context: AdapterContext, answer: Answer | undefined): string | undefined {
  if (answer?.kind !== 'unanswered') return toldBy(answer, 'token()')
  return soleEscrow(context) && context.deployment.contracts.token
}

function toldBy(answer: Answer | undefined, view: string): string {
  const address = addressIn(answer)
  if (address === undefined) throw new RangeError(`${view} gives no address`)
  return address
}
