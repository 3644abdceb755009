import { Attestation, AttestationResponse } from '../model'
import type {
  AttestationAnswered,
  AttestationRespondedTo,
  AttestationRevoked,
  Attested,
} from './attestationEvents'
import { originColumns, seeAccount } from './parties'
import type { LedgerState } from './state'

export function attested(state: LedgerState, event: Attested): void {
  const { origin } = event
  const known = state.get(Attestation, event.attestation)
  if (known) return state.reject(origin, `attestation ${event.attestation} exists already`)
  seeAccount(state, event.attester, origin)
  if (event.recipient) seeAccount(state, event.recipient, origin)
  state.put(
    Attestation,
    new Attestation({
      id: event.attestation,
      modelId: event.model,
      attesterId: event.attester,
      schema: event.schema,
      dataHash: event.dataHash ?? null,
      uri: event.uri ?? null,
      requestUri: event.requestUri ?? null,
      value: event.value ?? null,
      valueDecimals: event.valueDecimals ?? null,
      tag: event.tag ?? null,
      subtag: event.subtag ?? null,
      endpoint: event.endpoint ?? null,
      data: event.data ?? null,
      recipientId: event.recipient ?? null,
      expiresAt: event.expiresAt === undefined ? null : new Date(event.expiresAt),
      referenceId: event.references ?? null,
      revoked: false,
      revokedAt: null,
      responseCount: 0,
      ...originColumns(origin),
    }),
  )
}

export function attestationAnswered(state: LedgerState, event: AttestationAnswered): void {
  const attestation = state.get(Attestation, event.attestation)
  if (!attestation)
    return state.reject(event.origin, `answer to an unknown attestation: ${event.attestation}`)
  attestation.value = event.value
  attestation.valueDecimals = event.valueDecimals
  attestation.tag = event.tag
  attestation.uri = event.uri
  attestation.dataHash = event.dataHash
  state.put(Attestation, attestation)
}

export function attestationRespondedTo(state: LedgerState, event: AttestationRespondedTo): void {
  const { origin } = event
  const attestation = state.get(Attestation, event.attestation)
  if (!attestation) return state.reject(origin, `response to an unknown attestation: ${event.attestation}`)
  seeAccount(state, event.responder, origin)
  state.add(
    AttestationResponse,
    new AttestationResponse({
      id: state.factId(AttestationResponse, origin),
      attestationId: attestation.id,
      modelId: attestation.modelId,
      responderId: event.responder,
      uri: event.uri,
      dataHash: event.dataHash ?? null,
      ...originColumns(origin),
    }),
  )
  attestation.responseCount += 1
  state.put(Attestation, attestation)
}

export function attestationRevoked(state: LedgerState, event: AttestationRevoked): void {
  const attestation = state.get(Attestation, event.attestation)
  if (!attestation)
    return state.reject(event.origin, `revocation of an unknown attestation: ${event.attestation}`)
  attestation.revoked = true
  attestation.revokedAt = new Date(event.origin.time)
  state.put(Attestation, attestation)
}
