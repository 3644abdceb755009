import { events as inference } from '../../abi/virtuals/agentInference'
import { events as tax } from '../../abi/virtuals/agentTax'
import type { DomainEvent, FeeKind, Origin } from '../../ledger/events'
import { accountId, tokenId } from '../../ledger/ids'
import type { AdapterContext } from '../protocol'
import { reads } from '../reading'
import { agentModel, contractOf, feeId } from './naming'
import { after, before, firstOf, moveOf, readAs } from './reading'

/** The whole cost went to the account of the agent's NFT by the VIRTUAL log before: earned and paid at once. */
export const inferenceHandlers = reads(inference.Prompt, (args, origin, context, log) => {
  const earlier = before(log, context)
  const paid = firstOf(earlier, one => moveOf(one, contractOf(context, 'virtual')))
  if (!paid || paid.from !== args.sender || paid.value !== args.cost) {
    throw new RangeError('no VIRTUAL moved as the prompt says')
  }
  // Of several prompts, agent 0 pays whom the one before paid.
  const agent =
    args.agentId !== 0n
      ? args.agentId
      : firstOf(earlier, one => {
          const former = one.address === log.address ? readAs(inference.Prompt, one) : undefined
          return former && former.agentId !== 0n ? former.agentId : undefined
        })
  if (agent === undefined) throw new RangeError('a prompt of agent 0, and of none before')
  return paidAtOnce(origin, context, {
    model: agentModel(origin.chain, agent),
    feeKind: 'USAGE',
    payer: args.sender,
    payee: paid.to,
    gross: args.cost,
    net: args.cost,
  })
})

/**
 * Tax of an agent's token, swapped: the creator's part is sent first, the treasury's then. `TaxCollected` only books
 * what came earlier. `agentId` from 10^12 on: of no agent yet.
 */
export const taxHandlers = reads(tax.SwapExecuted, (args, origin, context, log) => {
  const [first] = after(log, context)
    .map(one => moveOf(one, contractOf(context, 'virtual')) ?? moveOf(one))
    .filter(move => move?.from === log.address)
  if (!first || first.value > args.assetTokenAmount) throw new RangeError('nothing was paid out of the swap')
  return paidAtOnce(
    origin,
    context,
    {
      model: agentModel(origin.chain, args.agentId),
      feeKind: 'TAX',
      payer: log.address,
      payee: first.to,
      gross: args.assetTokenAmount,
      net: first.value,
    },
    first.log.address,
  )
})

function paidAtOnce(
  origin: Origin,
  context: AdapterContext,
  paid: { model: string; feeKind: FeeKind; payer: string; payee: string; gross: bigint; net: bigint },
  address = contractOf(context, 'virtual'),
): DomainEvent[] {
  const { model, gross, net, feeKind } = paid
  const token = tokenId(origin.chain, address)
  const payee = accountId(origin.chain, paid.payee)
  const fee = feeId(origin)
  return [
    {
      kind: 'feePaid',
      origin,
      fee,
      model,
      feeKind,
      payer: accountId(origin.chain, paid.payer),
      token,
      gross,
      protocolFee: gross - net,
      net,
    },
    {
      kind: 'royaltyAccrued',
      origin,
      accrualKind: 'OWN',
      from: model,
      to: model,
      token,
      amount: net,
      beneficiary: payee,
      fee,
    },
    { kind: 'royaltyClaimed', origin, account: payee, token, amount: net, model },
  ]
}
