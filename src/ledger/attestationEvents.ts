import type { Of } from './origin'

/** Domain events of what others say of a model; ids: see events.ts. */

export interface Attested extends Of<'attested'> {
  /** `<chain>/attestation:<uid>`, or with the contract where users choose the uid */
  attestation: string
  model: string
  attester: string
  schema: string
  dataHash?: string
  uri?: string
  requestUri?: string
  /** signed, in units of 10^-valueDecimals */
  value?: bigint
  valueDecimals?: number
  tag?: string
  subtag?: string
  endpoint?: string
  /** 0x-hex */
  data?: string
  /** account id */
  recipient?: string
  /** milliseconds since 1970 */
  expiresAt?: number
  /** attestation that it is about */
  references?: string
}

/** The attester said what he was asked for, or says it anew: it replaces what he said before. */
export interface AttestationAnswered extends Of<'attestationAnswered'> {
  attestation: string
  value: bigint
  valueDecimals: number
  tag: string
  uri: string
  dataHash: string
}

export interface AttestationRespondedTo extends Of<'attestationRespondedTo'> {
  attestation: string
  responder: string
  uri: string
  dataHash?: string
}

export interface AttestationRevoked extends Of<'attestationRevoked'> {
  attestation: string
}

export type AttestationEvent = Attested | AttestationAnswered | AttestationRespondedTo | AttestationRevoked
