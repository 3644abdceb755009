/** Treasury: donations in ETH to services. */
import { events } from '../../abi/olas/treasury'
import { accountId, nativeToken } from '../../ledger/ids'
import { reads } from '../reading'
import { serviceModel } from './naming'

export const treasuryHandlers = {
  /** A fee an entry: a service may be listed twice. What the units earn of it is known once the epoch is settled. */
  ...reads(events.DonateToServicesETH, ({ sender, serviceIds, amounts }, origin) => {
    if (serviceIds.length !== amounts.length) throw new RangeError('amounts are not of the services')
    return serviceIds.map((serviceId, i) => ({
      kind: 'feePaid',
      origin,
      fee: `${origin.chain}/fee:${origin.transaction}-${origin.logIndex}-${i}`,
      model: serviceModel(origin.chain, serviceId),
      feeKind: 'DONATION',
      payer: accountId(origin.chain, sender),
      token: nativeToken(origin.chain),
      gross: amounts[i]!,
      protocolFee: 0n,
      net: amounts[i]!,
    }))
  }),
}
