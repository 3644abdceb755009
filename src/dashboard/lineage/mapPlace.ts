/** Where models stand on a map of a lineage, as the server says it. */
export interface MapPlace {
  /** edges to the root: below 0 for ancestors */
  column: number
  /** within the column, 0 (top) to 1 */
  y: number
  models: number
  /** the first of them */
  model: { id: string; name: string | null; status: string; chain: string | null }
}
