import { events as inference } from '../../abi/virtuals/agentInference'
import { events as tax } from '../../abi/virtuals/agentTax'
import { events as erc20 } from '../../abi/virtuals/agentVeToken'
import type { DomainEvent, FeeKind, Origin } from '../../ledger/events'
import { accountId, tokenId } from '../../ledger/ids'
import type { AdapterContext, Handler, ProtocolLog } from '../protocol'
import { readAs, reads } from '../reading'
import { agentModel, contractOf, feeId } from './naming'
import { type Move, moveBefore, moveOf } from './reading'

/** Of the tokens that pay: what is paid for, the logs beside it in the transaction tell. */
export const payingTokenHandlers: Record<string, Handler> = {
  [erc20.Transfer.topic]: { event: erc20.Transfer.signature, handle: () => [] },
}

/** The whole cost went to the account of the agent's NFT by the VIRTUAL log before: earned and paid at once. */
export const inferenceHandlers = reads(inference.Prompt, (args, origin, context, log) => {
  const paid = moveBefore(log, contractOf(context, 'virtual'), context)
  if (!paid || paid.from !== args.sender || paid.value !== args.cost) {
    throw new RangeError('no VIRTUAL moved as the prompt says')
  }
  const agent = context.transaction.once(promptedAgents, context).get(log)
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

/** Whom a prompt pays: of several, agent 0 stands for that of the one before. */
function promptedAgents(
  logs: readonly ProtocolLog[],
  { deployment }: AdapterContext,
): Map<ProtocolLog, bigint> {
  const agents = new Map<ProtocolLog, bigint>()
  let former: bigint | undefined
  for (const log of logs) {
    const prompt = log.address === deployment.contracts.agentInference && readAs(inference.Prompt, log)
    if (!prompt) continue
    if (prompt.agentId !== 0n) former = prompt.agentId
    if (former !== undefined) agents.set(log, former)
  }
  return agents
}

/**
 * Tax of an agent's token, swapped: the creator's part is sent first, the treasury's then. `TaxCollected` only books
 * what came earlier. `agentId` from 10^12 on: of no agent yet.
 */
export const taxHandlers = reads(tax.SwapExecuted, (args, origin, context, log) => {
  if (args.assetTokenAmount === 0n) return []
  const first = context.transaction.once(taxPayments, context).get(log)
  if (!first || first.value > args.assetTokenAmount)
    throw new RangeError('nothing was paid out of the swap, in VIRTUAL or in what `taxAsset` names')
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

/** By swap: the first that AgentTax sends after it, and before the next. */
function taxPayments(logs: readonly ProtocolLog[], { deployment }: AdapterContext): Map<ProtocolLog, Move> {
  const { agentTax } = deployment.contracts
  const payments = new Map<ProtocolLog, Move>()
  let swap: ProtocolLog | undefined
  for (const log of logs) {
    if (log.address === agentTax && log.topics[0] === tax.SwapExecuted.topic) swap = log
    const move = swap && moveOf(log)
    if (!swap || !move || move.from !== agentTax) continue
    payments.set(swap, move)
    swap = undefined
  }
  return payments
}

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
