import { stringify } from 'yaml'
import type { ExportedEdge, LineageDocument } from './lineageDocument'

/**
 * The block of a model card's metadata that says what a model was made from:
 * https://huggingface.co/docs/hub/model-cards#specifying-a-base-model. A parent whose metadata are on the Hub has its name
 * there, another the id that it has here.
 */
export function huggingFace({ models, edges }: LineageDocument): string {
  const root = models[0]!
  const rows = new Map(models.map(({ id, row }) => [id, row]))
  const named = (roles: readonly string[]) => {
    const parents = edges.filter(({ childId, role }) => childId === root.id && roles.includes(role))
    return [...new Set(parents.map(edge => hubName(edge, rows.get(edge.parentId)?.metadataUri)))]
  }
  const [bases, datasets] = [named(['PARENT']), named(['DATASET'])]
  const block = {
    ...(bases.length > 0 ? { base_model: bases } : {}),
    ...(datasets.length > 0 ? { datasets } : {}),
  }
  return `---\n${Object.keys(block).length > 0 ? stringify(block, { lineWidth: 0 }) : ''}---\n`
}

function hubName({ parentId }: ExportedEdge, uri: string | null | undefined): string {
  const match = /^https:\/\/huggingface\.co\/(?:datasets\/)?([\w.-]+\/[\w.-]+)(?:[/?#]|$)/.exec(uri ?? '')
  return match?.[1] ?? parentId
}
