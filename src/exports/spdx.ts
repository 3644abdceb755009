import { groupBy } from '../lineage/groupBy'
import {
  documentName,
  edgeFacts,
  encodedId,
  type Facts,
  linksOf,
  modelFacts,
  nameOf,
  placesOf,
  timeOf,
} from './facts'
import type { ExportedEdge, ExportedModel, LineageDocument, ModelRow } from './lineageDocument'
import { uuid5 } from './uuid5'

const TERMS = 'https://spdx.org/rdf/3.0.1/terms/'
const CREATION = '_:creation'

type Kind = ModelRow['kind']
/** Of each kind: its class, and what it is for. */
const KINDS: Record<Kind, [type: string, primaryPurpose: string]> = {
  MODEL: ['ai_AIPackage', 'model'],
  GROUP: ['ai_AIPackage', 'model'],
  DATASET: ['dataset_DatasetPackage', 'data'],
  COMPONENT: ['software_Package', 'library'],
  SERVICE: ['software_Package', 'application'],
}
const kindOf = (model: ExportedModel) => model.row?.kind ?? 'MODEL'

/**
 * SPDX 3.0.1, JSON-LD: https://spdx.github.io/spdx-spec/v3.0.1/. Models are of the AI profile's class, datasets of the
 * dataset profile's; conformity with these two profiles is not claimed: they want a place of download and a supplier of
 * each package, which no chain tells. What SPDX has no place for is in its extension for CycloneDX's properties.
 */
export function spdx(document: LineageDocument): string {
  const { models, edges } = document
  const base = `urn:uuid:${uuid5(`spdx:${documentName(document)}`)}#`
  const modelId = (id: string) => `${base}model-${encodedId(id)}`
  const accountId = (id: string) => `${base}account-${encodedId(id)}`
  const creator = `${base}creator`
  const owners = [...new Set(models.flatMap(({ row }) => row?.ownerId ?? []))]
  const elements = [
    element('SoftwareAgent', creator, { name: 'provenance-graph' }),
    ...owners.map(owner => element('Agent', accountId(owner), { name: owner })),
    ...models.map(model => packageOf(model, modelId, accountId)),
    ...relationships(document, edges).map(({ from, to, ...rest }, n) =>
      element('Relationship', `${base}relationship-${n}`, {
        from: modelId(from.id),
        to: Array.isArray(to) ? to.map(modelId) : [`${TERMS}Core/${to}`],
        ...rest,
      }),
    ),
  ]
  const heights = placesOf(document).map(({ chain, place }) => [`height:${chain}`, place])
  const graph = [
    {
      type: 'CreationInfo',
      '@id': CREATION,
      // Required. Where no block's time is known, the time before all blocks.
      created: seconds(timeOf(document) ?? new Date(0)),
      createdBy: [creator],
      specVersion: '3.0.1',
    },
    element('SpdxDocument', `${base}document`, {
      name: `lineage of ${nameOf(models[0]!)}`,
      profileConformance: ['core', 'software', 'extension'],
      rootElement: [modelId(models[0]!.id)],
      element: elements.map(({ spdxId }) => spdxId),
      extension: [propertiesOf({ complete: String(document.complete), ...Object.fromEntries(heights) })],
    }),
    ...elements,
  ]
  const context = 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld'
  return `${JSON.stringify({ '@context': context, '@graph': graph }, null, 2)}\n`
}

function element(type: string, spdxId: string, rest: object) {
  return { type, spdxId, creationInfo: CREATION, ...rest }
}

function packageOf(model: ExportedModel, modelId: (id: string) => string, accountId: (id: string) => string) {
  const { id, row } = model
  const [type, purpose] = KINDS[kindOf(model)]
  return element(type, modelId(id), {
    name: nameOf(model),
    software_primaryPurpose: purpose,
    ...(type === 'dataset_DatasetPackage' ? { dataset_datasetType: ['noAssertion'] } : {}),
    ...(row ? { software_packageVersion: `v${row.version}`, releaseTime: seconds(row.time) } : {}),
    ...(row?.ownerId ? { suppliedBy: accountId(row.ownerId) } : {}),
    // Which function it is a hash by is the publisher's affair.
    ...(row?.contentHash
      ? { verifiedUsing: [{ type: 'Hash', algorithm: 'other', hashValue: row.contentHash }] }
      : {}),
    ...(row?.metadataUri
      ? { externalRef: [{ type: 'ExternalRef', externalRefType: 'other', locator: [row.metadataUri] }] }
      : {}),
    externalIdentifier: [{ type: 'ExternalIdentifier', externalIdentifierType: 'other', identifier: id }],
    extension: [propertiesOf(modelFacts(model))],
  })
}

interface Relationship {
  from: ExportedModel
  /** ids, or an individual that stands for what is not there or not known */
  to: string[] | 'NoneElement' | 'NoAssertionElement'
  relationshipType: string
  completeness: string
  extension?: object[]
}

/** One of each model and type, so that its completeness is that of all the links it has; each link's facts in its own extension. */
function relationships(document: LineageDocument, edges: readonly ExportedEdge[]): Relationship[] {
  const links = groupBy(edges, edge => edge.childId)
  return document.models.flatMap((from): Relationship[] => {
    const known = linksOf(from, document)
    const completeness = known === 'unknown' ? 'noAssertion' : known
    const own = groupBy(links.get(from.id) ?? [], edge => typeOf(edge, from))
    if (own.size === 0) {
      const to = completeness === 'complete' ? 'NoneElement' : 'NoAssertionElement'
      const said = completeness === 'complete' ? completeness : 'noAssertion'
      return [{ from, to, relationshipType: 'descendantOf', completeness: said }]
    }
    return [...own].map(([relationshipType, some]) => ({
      from,
      to: [...new Set(some.map(({ parentId }) => parentId))],
      relationshipType,
      completeness,
      extension: some.map(edge => propertiesOf({ parent: edge.parentId, ...edgeFacts(edge) })),
    }))
  })
}

/** Only a model is trained. */
function typeOf({ role }: ExportedEdge, child: ExportedModel): string {
  if (role === 'PARENT') return 'descendantOf'
  return role === 'DATASET' && KINDS[kindOf(child)][0] === 'ai_AIPackage' ? 'trainedOn' : 'dependsOn'
}

function propertiesOf(facts: Facts) {
  return {
    type: 'extension_CdxPropertiesExtension',
    extension_cdxProperty: Object.entries(facts).map(([name, value]) => ({
      type: 'extension_CdxPropertyEntry',
      extension_cdxPropName: `provenance:${name}`,
      extension_cdxPropValue: String(value),
    })),
  }
}

/** SPDX's times have no fractions of a second. */
function seconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`
}
