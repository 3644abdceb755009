import * as codec from '@subsquid/evm-codec'
import { events as registry } from '../../abi/story/licenseRegistry'
import { events as licensing } from '../../abi/story/licensingModule'
import { events as template } from '../../abi/story/piLicenseTemplate'
import type { LicenseTermsRegistered } from '../../ledger/events'
import { longText } from '../../ledger/freeText'
import { accountId, tokenId } from '../../ledger/ids'
import type { Discovery } from '../protocol'
import { nobody, reads } from '../reading'
import { byLog, ipModel, ppm, termsId } from './naming'

export const templateDiscovery: Discovery = {
  by: 'licenseRegistry',
  topic: registry.LicenseTemplateRegistered.topic,
  role: 'licenseTemplate',
  address: log => registry.LicenseTemplateRegistered.decode(log).licenseTemplate,
}

export const templateHandlers = reads(template.LicenseTermsRegistered, (args, origin) => [
  {
    kind: 'licenseTermsRegistered',
    origin,
    terms: termsId(origin.chain, args.licenseTemplate, args.licenseTermsId),
    template: args.licenseTemplate,
    termsId: args.licenseTermsId,
    encoded: args.licenseTerms,
    ...pilTerms(origin.chain, args.licenseTerms),
  },
])

export const licenseHandlers = {
  ...reads(licensing.LicenseTermsAttached, (args, origin) => [
    {
      kind: 'licenseTermsAttached',
      origin,
      model: ipModel(origin.chain, args.ipId),
      terms: termsId(origin.chain, args.licenseTemplate, args.licenseTermsId),
    },
  ]),
  ...reads(licensing.LicenseTokensMinted, (args, origin) => [
    {
      kind: 'licenseMinted',
      origin,
      license: byLog('license', origin),
      model: ipModel(origin.chain, args.licensorIpId),
      terms: termsId(origin.chain, args.licenseTemplate, args.licenseTermsId),
      receiver: accountId(origin.chain, args.receiver),
      amount: args.amount,
      startTokenId: args.startLicenseTokenId,
    },
  ]),
}

/** PILTerms of Story's programmable IP licence (contracts/interfaces/modules/licensing/IPILicenseTemplate.sol). */
const PIL_TERMS = codec.struct({
  transferable: codec.bool,
  royaltyPolicy: codec.address,
  defaultMintingFee: codec.uint256,
  expiration: codec.uint256,
  commercialUse: codec.bool,
  commercialAttribution: codec.bool,
  commercializerChecker: codec.address,
  commercializerCheckerData: codec.bytes,
  commercialRevShare: codec.uint32,
  commercialRevCeiling: codec.uint256,
  derivativesAllowed: codec.bool,
  derivativesAttribution: codec.bool,
  derivativesApproval: codec.bool,
  derivativesReciprocal: codec.bool,
  derivativeRevCeiling: codec.uint256,
  currency: codec.address,
  uri: codec.string,
})

type TermsDetails = Pick<
  LicenseTermsRegistered,
  'policyContract' | 'commercialSharePpm' | 'currency' | 'mintingFee' | 'uri'
>

/** Another template's terms have another form; they are kept encoded and said nothing about. */
function pilTerms(chain: string, encoded: string): TermsDetails {
  try {
    const terms = PIL_TERMS.decode(new codec.Src(Buffer.from(encoded.slice(2), 'hex')))
    return {
      policyContract: terms.royaltyPolicy === nobody ? undefined : accountId(chain, terms.royaltyPolicy),
      commercialSharePpm: ppm(terms.commercialRevShare),
      currency: terms.currency === nobody ? undefined : tokenId(chain, terms.currency),
      mintingFee: terms.defaultMintingFee,
      uri: longText(terms.uri),
    }
  } catch {
    return {}
  }
}
