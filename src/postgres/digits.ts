/** What `numeric(78,0)` holds: a uint256 has at most 78 decimal digits, and an int256 with its sign fits as well. */
export const WORD_DIGITS = 78

/**
 * Most digits of a sum, whose column is an unbounded `numeric`. A sum of products of two words over 10^100 logs has
 * less, so that no chain reaches it; and what has less has a float next to it, which Neo4j keeps beside the digits and
 * orders by (10^308 is the last power of ten below the largest double).
 */
export const SUM_DIGITS = 308
