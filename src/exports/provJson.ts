import { edgeFacts, encodedId, type Facts, linksOf, modelFacts, nameOf, placesOf } from './facts'
import type { LineageDocument } from './lineageDocument'

const OURS = 'urn:provenance-graph:'
const qualifiedName = (name: string) => ({ $: name, type: 'prov:QUALIFIED_NAME' })

/**
 * PROV-JSON: https://www.w3.org/submissions/prov-json/. A model is an entity, its owner an agent that it is attributed to, a
 * link a derivation of the child from the parent. A circle's links are influences: nothing is derived from what came of it
 * (PROV-CONSTRAINTS, 7.2). The document's own facts are those of the collection that has all models.
 */
export function provJson(document: LineageDocument): string {
  const { models, edges, complete } = document
  const lineage = `lineage:${encodedId(models[0]!.id)}`
  const places = placesOf(document).map(({ chain, place }) => `${chain} ${place}`)
  const rows = models.flatMap(({ id, row }) => (row ? [{ id, row }] : []))
  const owned = rows.flatMap(({ id, row }) => (row.ownerId ? [{ id, owner: row.ownerId }] : []))
  const prov = {
    prefix: {
      provenance: OURS,
      model: `${OURS}model:`,
      account: `${OURS}account:`,
      lineage: `${OURS}lineage:`,
    },
    entity: {
      [lineage]: {
        'prov:type': qualifiedName('prov:Collection'),
        'provenance:complete': complete,
        ...(places.length > 0 ? { 'provenance:height': places } : {}),
      },
      ...Object.fromEntries(
        models.map(model => [
          modelName(model.id),
          {
            'prov:label': nameOf(model),
            'prov:type': qualifiedName('provenance:Model'),
            ...attributes({
              id: model.id,
              links: linksOf(model, document),
              ...(model.row ? { version: model.row.version } : {}),
              ...(model.row?.metadataUri ? { metadataUri: model.row.metadataUri } : {}),
              ...modelFacts(model),
            }),
          },
        ]),
      ),
    },
    agent: Object.fromEntries(owned.map(({ owner }) => [accountName(owner), { 'prov:label': owner }])),
    wasGeneratedBy: numbered(
      'generated',
      rows.map(({ id, row }) => ({ 'prov:entity': modelName(id), 'prov:time': row.time.toISOString() })),
    ),
    wasAttributedTo: numbered(
      'attributed',
      owned.map(({ id, owner }) => ({
        'prov:entity': modelName(id),
        'prov:agent': accountName(owner),
        'prov:type': qualifiedName('provenance:Owner'),
      })),
    ),
    wasDerivedFrom: numbered(
      'derived',
      edges
        .filter(({ cyclic }) => !cyclic)
        .map(edge => ({
          'prov:generatedEntity': modelName(edge.childId),
          'prov:usedEntity': modelName(edge.parentId),
          ...attributes(edgeFacts(edge)),
        })),
    ),
    wasInfluencedBy: numbered(
      'influenced',
      edges
        .filter(({ cyclic }) => cyclic)
        .map(edge => ({
          'prov:influencee': modelName(edge.childId),
          'prov:influencer': modelName(edge.parentId),
          ...attributes(edgeFacts(edge)),
        })),
    ),
    hadMember: numbered(
      'member',
      models.map(({ id }) => ({ 'prov:collection': lineage, 'prov:entity': modelName(id) })),
    ),
  }
  return `${JSON.stringify(prov, null, 2)}\n`
}

const modelName = (id: string) => `model:${encodedId(id)}`
const accountName = (id: string) => `account:${encodedId(id)}`

function attributes(facts: Facts) {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`provenance:${name}`, value]))
}

/** Relations that nobody names. */
function numbered<T>(kind: string, relations: T[]): Record<string, T> {
  return Object.fromEntries(relations.map((relation, n) => [`_:${kind}${n}`, relation]))
}
