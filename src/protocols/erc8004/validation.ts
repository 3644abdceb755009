/** Validation registry: an attestation begins with the request, and has a value once the validator responds. */
import { events } from '../../abi/erc8004/validationRegistry'
import { longText, shortText } from '../../ledger/freeText'
import { accountId } from '../../ledger/ids'
import { reads } from '../reading'
import { agentModel, attestationId } from './naming'

export const validationHandlers = {
  ...reads(events.ValidationRequest, ({ validatorAddress, agentId, requestURI, requestHash }, origin) => [
    {
      kind: 'attested',
      origin,
      attestation: attestationId(origin, requestHash),
      model: agentModel(origin.chain, agentId),
      attester: accountId(origin.chain, validatorAddress),
      schema: 'validation',
      requestUri: longText(requestURI),
    },
  ]),
  /** 0 to 100; the validator may respond again, as he knows more. */
  ...reads(events.ValidationResponse, (args, origin) => [
    {
      kind: 'attestationAnswered',
      origin,
      attestation: attestationId(origin, args.requestHash),
      value: BigInt(args.response),
      valueDecimals: 0,
      tag: shortText(args.tag),
      uri: longText(args.responseURI),
      dataHash: args.responseHash,
    },
  ]),
}
