import type { ResolverMap } from '../entities/entityResolvers'
import { chainTime } from './chainTime'

export const attestationDefs = /* GraphQL */ `
  extend type Attestation {
    "neither revoked, nor expired at its chain's newest indexed block; whether its attester is to be believed is yours to know"
    valid: Boolean!
  }
`

export function attestationResolvers(): ResolverMap {
  return {
    Attestation: {
      valid: async (source, _, { scope }) => {
        if (source.revoked) return false
        if (source.expiresAt === null) return true
        return (source.expiresAt as Date).getTime() > (await chainTime(scope, source.chain as string))
      },
    },
  }
}
