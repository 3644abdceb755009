import { License, LicenseOffer, LicenseTerms } from '../model'
import type { LicenseMinted, LicenseTermsAttached, LicenseTermsRegistered } from './events'
import { originColumns, seeAccount, seeToken } from './parties'
import type { LedgerState } from './state'

/** Terms are immutable; registered again they change nothing. */
export function licenseTermsRegistered(state: LedgerState, event: LicenseTermsRegistered): void {
  const { origin } = event
  const known = state.get(LicenseTerms, event.terms)
  if (event.currency) seeToken(state, event.currency, origin)
  if (known) return
  state.put(
    LicenseTerms,
    new LicenseTerms({
      id: event.terms,
      template: event.template,
      termsId: event.termsId,
      encoded: event.encoded,
      policyContractId: event.policyContract ?? null,
      commercialSharePpm: event.commercialSharePpm ?? null,
      currencyId: event.currency ?? null,
      mintingFee: event.mintingFee ?? null,
      uri: event.uri ?? null,
      ...originColumns(origin),
    }),
  )
}

export function licenseTermsAttached(state: LedgerState, event: LicenseTermsAttached): void {
  const id = `${event.model}|${event.terms}`
  if (state.get(LicenseOffer, id)) return
  state.put(
    LicenseOffer,
    new LicenseOffer({ id, modelId: event.model, termsId: event.terms, ...originColumns(event.origin) }),
  )
}

export function licenseMinted(state: LedgerState, event: LicenseMinted): void {
  const { origin } = event
  seeAccount(state, event.receiver, origin)
  const isNew = state.addNamed(
    License,
    new License({
      id: event.license,
      modelId: event.model,
      termsId: event.terms,
      receiverId: event.receiver,
      amount: event.amount,
      startTokenId: event.startTokenId ?? null,
      ...originColumns(origin),
    }),
  )
  if (!isNew) state.reject(origin, `license ${event.license} was minted already`)
}
