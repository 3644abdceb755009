import { groupBy } from '../lineage/groupBy'
import { documentName, edgeFacts, type Facts, linksOf, modelFacts, nameOf, placesOf, timeOf } from './facts'
import type { ExportedEdge, ExportedModel, LineageDocument, ModelRow } from './lineageDocument'
import { uuid5 } from './uuid5'

/** CycloneDX 1.7, ML-BOM: https://cyclonedx.org/docs/1.7/json/ */

const TYPES: Record<ModelRow['kind'], string> = {
  MODEL: 'machine-learning-model',
  GROUP: 'machine-learning-model',
  DATASET: 'data',
  COMPONENT: 'library',
  SERVICE: 'application',
}

export function cyclonedx(document: LineageDocument): string {
  const { models, edges } = document
  const root = models[0]!
  const links = groupBy(edges, ({ childId }) => childId)
  const parentsOf = (id: string) => links.get(id) ?? []
  const known = new Map(models.map(model => [model.id, model]))
  const component = (model: ExportedModel) => componentOf(model, parentsOf(model.id), known)
  const places = placesOf(document).map(({ chain, place }) => ({
    name: `provenance:height:${chain}`,
    value: place,
  }))
  const timestamp = timeOf(document)?.toISOString()
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuid5(documentName(document))}`,
    version: 1,
    metadata: {
      ...(timestamp ? { timestamp } : {}),
      component: component(root),
      ...(places.length > 0 ? { properties: places } : {}),
    },
    components: models.slice(1).map(component),
    dependencies: models.map(({ id }) => {
      const dependsOn = [...new Set(parentsOf(id).map(edge => edge.parentId))].filter(parent => parent !== id)
      return dependsOn.length > 0 ? { ref: id, dependsOn } : { ref: id }
    }),
    compositions: compositionsOf(document),
  }
  return `${JSON.stringify(bom, null, 2)}\n`
}

/** How far each model's own links are known. */
function compositionsOf(document: LineageDocument) {
  const some = groupBy(document.models, model => linksOf(model, document))
  return [...some].map(([aggregate, models]) => ({ aggregate, dependencies: models.map(({ id }) => id) }))
}

function componentOf(
  model: ExportedModel,
  parents: readonly ExportedEdge[],
  known: ReadonlyMap<string, ExportedModel>,
) {
  const { id, row } = model
  const datasets = [
    ...new Set(
      parents
        .filter(({ role, parentId }) => role === 'DATASET' && parentId !== id)
        .map(edge => edge.parentId),
    ),
  ]
  const type = TYPES[row?.kind ?? 'MODEL']
  const uri = row?.metadataUri && URL.canParse(row.metadataUri) ? row.metadataUri : undefined
  return {
    type,
    'bom-ref': id,
    name: nameOf(model),
    ...(row ? { version: `v${row.version}` } : {}),
    ...(uri ? { externalReferences: [{ type: 'other', url: uri, comment: 'metadata' }] } : {}),
    ...(parents.length > 0
      ? { pedigree: { ancestors: parents.map(edge => ancestorOf(edge, known.get(edge.parentId))) } }
      : {}),
    ...(type === 'machine-learning-model' && datasets.length > 0
      ? { modelCard: { modelParameters: { datasets: datasets.map(ref => ({ ref })) } } }
      : {}),
    properties: properties(modelFacts(model)),
  }
}

/** A parent as its child has it: what the link says. The whole of it is the component of that id. */
function ancestorOf(edge: ExportedEdge, parent: ExportedModel | undefined) {
  return {
    type: TYPES[parent?.row?.kind ?? 'MODEL'],
    name: parent ? nameOf(parent) : edge.parentId,
    ...(parent?.row ? { version: `v${parent.row.version}` } : {}),
    properties: properties({ id: edge.parentId, ...edgeFacts(edge) }),
  }
}

function properties(facts: Facts) {
  return Object.entries(facts).map(([name, value]) => ({ name: `provenance:${name}`, value: String(value) }))
}
