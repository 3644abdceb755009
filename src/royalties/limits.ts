/** What one question about royalties may cost. */

/** Models read in each direction of a model, nearest first. */
export const MAX_MODELS = 2_000
/** Groups of equal fees. */
export const MAX_FEE_GROUPS = 20_000
/** Edges looked at while distributing: about a second. */
export const MAX_STEPS = 5_000_000
/** Pairs of a model that is asked about and a relative of it, where several are asked about at once. */
export const MAX_PAIRS = 100_000
/** Lineage edges, where several models are asked about at once. */
export const MAX_LINKS = 100_000
