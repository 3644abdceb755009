/** How an edge's share travels further up: what each means is told at RoyaltyPolicy in src/ledger/events.ts. */
export type Policy = 'HOP' | 'ABSOLUTE' | 'EXTERNAL' | 'NONE'

interface Rule {
  /** shares multiply along a path whose edges all pass it on */
  passedOn: boolean
  /** every descendant owes it, once a path */
  ofEveryDescendant: boolean
}

export const policies: Readonly<Record<Policy, Rule>> = {
  HOP: { passedOn: true, ofEveryDescendant: false },
  ABSOLUTE: { passedOn: false, ofEveryDescendant: true },
  EXTERNAL: { passedOn: false, ofEveryDescendant: false },
  NONE: { passedOn: false, ofEveryDescendant: false },
}
