import type { ExportedEdge, ExportedModel, LineageDocument } from './lineageDocument'

/** What is known of a model or a link beyond what a format has a place for, by the names that are the same in all formats. */
export type Facts = Record<string, string | number | true>

export function modelFacts({ id, depth, sharePpm, row }: ExportedModel): Facts {
  return known({
    chain: id.split('/')[0],
    depth,
    sharePpm,
    status: row ? undefined : 'STUB',
    kind: row?.kind,
    contentHash: row?.contentHash,
    owner: row?.ownerId,
    tainted: row?.tainted || undefined,
    block: row?.block,
    transaction: row?.transaction,
  })
}

/** What a link says; `share` is exact, where `sharePpm` is rounded. */
export function edgeFacts(edge: ExportedEdge): Facts {
  const { share } = edge
  return known({
    role: edge.role,
    sharePpm: edge.sharePpm,
    share: share && `${share.numerator}/${share.denominator}`,
    policy: edge.policy,
    cyclic: edge.cyclic || undefined,
    terms: edge.termsId,
    block: edge.block,
    transaction: edge.transaction,
  })
}

/** How far a model's own links are known: of one that only others name, nobody has seen what it was made from. */
export function linksOf({ row }: ExportedModel, { complete }: LineageDocument) {
  if (!row) return 'unknown'
  return complete ? 'complete' : 'incomplete'
}

export function nameOf({ id, row }: ExportedModel): string {
  return row?.name || id
}

/** `<height> <hash>` of each chain. */
export function placesOf({ heights }: LineageDocument): { chain: string; place: string }[] {
  return heights.map(({ chain, height, hash }) => ({ chain, place: `${height} ${hash}` }))
}

/** Of the newest block, not of the writing: the same bytes at the same heights. Undefined: no block's time is known. */
export function timeOf({ heights }: LineageDocument): Date | undefined {
  const times = heights.flatMap(({ time }) => (time ? [time.getTime()] : []))
  return times.length > 0 ? new Date(Math.max(...times)) : undefined
}

/** What the same question at the same heights, and no other, is called. */
export function documentName(document: LineageDocument): string {
  const places = placesOf(document).map(({ chain, place }) => `provenance:height:${chain}=${place}`)
  return `${document.models[0]!.id}?${places.join('&')}`
}

/** An id as a part of an IRI and of a qualified name: nothing but letters, digits, `_`, `-` and `%`. */
export function encodedId(id: string): string {
  return encodeURIComponent(id).replace(
    /[!'()*.~]/g,
    one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function known(values: Record<string, string | number | true | null | undefined>): Facts {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Facts
}
