import { parseAbiParameters } from 'viem'
import { events, functions } from '../../abi/eas/eas'
import type { DomainEvent, Origin } from '../../ledger/events'
import { accountId } from '../../ledger/ids'
import type { AdapterContext, Answer, Protocol } from '../protocol'
import { nobody, reads } from '../reading'
import { deployments } from './deployments'
import { modelIn } from './payload'

/** Ethereum Attestation Service: statements of named schemas about models. What is read and why: ./README.md */
export const eas: Protocol = {
  name: 'eas',
  revision: 1,
  deployments,
  roles: { eas: { required: true, doc: 'EAS: attestations, revocations' } },
  schemas: { check: parseAbiParameters },
  models: { required: false, doc: 'account that attestations are given to' },
  handlers: {
    eas: {
      ...reads(
        events.Attested,
        ({ uid, recipient, attester, schemaUID }, origin, context, _, [answer]) => {
          const layout = context.deployment.schemas?.[schemaUID]
          if (layout === undefined || answer?.kind === 'unanswered') return []
          const told = { uid, recipient, attester, schema: schemaUID }
          return [attested(origin, context, told, layout, attestationIn(answer, uid))]
        },
        undefined,
        (log, { deployment }) => {
          const [, , , schema] = log.topics
          if (schema === undefined || deployment.schemas?.[schema] === undefined) return []
          return [{ to: log.address, call: functions.getAttestation.encode({ uid: log.data.slice(0, 66) }) }]
        },
      ),
      ...reads(events.Revoked, ({ uid, schemaUID }, origin, { deployment }) =>
        deployment.schemas?.[schemaUID] === undefined
          ? []
          : [{ kind: 'attestationRevoked', origin, attestation: attestationId(origin, uid) }],
      ),
    },
  },
  discovers: [],
}

type Attestation = ReturnType<typeof functions.getAttestation.decodeResult>

/** Hex digits of 32 KB, and `0x`: a payload is kept whole, or not at all. */
const LONGEST_PAYLOAD = 2 + 65_536
/** The year 9999: what expires later, or at no time that can be written, does so for nobody who reads this. */
const NEVER = BigInt(Date.UTC(9999, 0, 1) / 1000)

function attestationIn(answer: Answer | undefined, uid: string): Attestation {
  if (answer?.kind !== 'returned') throw new RangeError('getAttestation() has no answer')
  const attestation = functions.getAttestation.decodeResult(answer.data)
  if (attestation.uid !== uid) throw new RangeError('getAttestation() knows no such attestation')
  return attestation
}

function attested(
  origin: Origin,
  context: AdapterContext,
  told: { uid: string; recipient: string; attester: string; schema: string },
  layout: string,
  { data, expirationTime, refUID }: Attestation,
): DomainEvent {
  const model = modelIn(layout, data) ?? context.deployment.models?.[told.recipient]
  if (model === undefined) throw new RangeError('neither its payload nor its recipient names a model')
  return {
    kind: 'attested',
    origin,
    attestation: attestationId(origin, told.uid),
    model,
    attester: accountId(origin.chain, told.attester),
    schema: told.schema,
    data: data === '0x' || data.length > LONGEST_PAYLOAD ? undefined : data,
    recipient: told.recipient === nobody ? undefined : accountId(origin.chain, told.recipient),
    expiresAt: expirationTime === 0n || expirationTime >= NEVER ? undefined : Number(expirationTime) * 1000,
    references: BigInt(refUID) === 0n ? undefined : attestationId(origin, refUID),
  }
}

/** EAS makes the uid: a hash of all that an attestation says, which no two contracts of a chain share. */
function attestationId({ chain, contract }: Origin, uid: string): string {
  return `${chain}/attestation:${contract}/${uid}`
}
