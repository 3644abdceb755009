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
  const { models, edges, complete, heights } = document
  const root = models[0]!
  const parents = new Map<string, ExportedEdge[]>(models.map(({ id }) => [id, []]))
  for (const edge of edges) parents.get(edge.childId)?.push(edge)
  const known = new Map(models.map(model => [model.id, model]))
  const component = (model: ExportedModel) => componentOf(model, parents.get(model.id)!, known)
  const places = heights.map(({ chain, height, hash }) => ({
    name: `provenance:height:${chain}`,
    value: `${height} ${hash}`,
  }))
  const newest = heights.flatMap(({ time }) => (time ? [time.getTime()] : []))
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuid5(`${root.id}?${places.map(({ name, value }) => `${name}=${value}`).join('&')}`)}`,
    version: 1,
    metadata: {
      // Of the newest block, not of the writing: the same bytes at the same heights.
      ...(newest.length > 0 ? { timestamp: new Date(Math.max(...newest)).toISOString() } : {}),
      component: component(root),
      ...(places.length > 0 ? { properties: places } : {}),
    },
    components: models.slice(1).map(component),
    dependencies: models.map(({ id }) => {
      const dependsOn = [...new Set(parents.get(id)!.map(edge => edge.parentId))].filter(
        parent => parent !== id,
      )
      return dependsOn.length > 0 ? { ref: id, dependsOn } : { ref: id }
    }),
    compositions: compositionsOf(models, complete),
  }
  return `${JSON.stringify(bom, null, 2)}\n`
}

/** How far each model's own links are known: of one that only others name, nobody has seen what it was made from. */
function compositionsOf(models: readonly ExportedModel[], complete: boolean) {
  const of = (aggregate: string, some: readonly ExportedModel[]) =>
    some.length > 0 ? [{ aggregate, dependencies: some.map(({ id }) => id) }] : []
  return [
    ...of(
      complete ? 'complete' : 'incomplete',
      models.filter(({ row }) => row),
    ),
    ...of(
      'unknown',
      models.filter(({ row }) => !row),
    ),
  ]
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
    properties: properties({
      chain: id.split('/')[0],
      depth: model.depth,
      sharePpm: model.sharePpm,
      status: row ? undefined : 'STUB',
      kind: row?.kind,
      contentHash: row?.contentHash,
      owner: row?.ownerId,
      tainted: row?.tainted ? 'true' : undefined,
      block: row?.block,
      transaction: row?.transaction,
    }),
  }
}

/** A parent as its child has it: what the link says. The whole of it is the component of that id. */
function ancestorOf(edge: ExportedEdge, parent: ExportedModel | undefined) {
  const { share } = edge
  return {
    type: TYPES[parent?.row?.kind ?? 'MODEL'],
    name: parent ? nameOf(parent) : edge.parentId,
    ...(parent?.row ? { version: `v${parent.row.version}` } : {}),
    properties: properties({
      id: edge.parentId,
      role: edge.role,
      sharePpm: edge.sharePpm,
      share: share && `${share.numerator}/${share.denominator}`,
      policy: edge.policy,
      cyclic: edge.cyclic ? 'true' : undefined,
      terms: edge.termsId,
      block: edge.block,
      transaction: edge.transaction,
    }),
  }
}

function nameOf({ id, row }: ExportedModel): string {
  return row?.name || id
}

function properties(values: Record<string, string | number | null | undefined>) {
  return Object.entries(values).flatMap(([name, value]) =>
    value == null ? [] : [{ name: `provenance:${name}`, value: String(value) }],
  )
}
