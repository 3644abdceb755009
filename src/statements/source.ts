import { shortestPath } from '../lineage/shortestPath'

/** How a movement came to the account's model, as far as the tables tell. */
export interface Source {
  /** model ids from the one that was paid to the account's, joined by ' > ' */
  path: string | null
  /** ppm of the fee's net (of the message's amount, from another chain) that the whole accrual is, floored */
  sharePpm: number | null
}

/** Models on the first shortest way from one of `starts` to `end`, both included; undefined: there is none. */
export function wayOf(
  starts: readonly string[],
  end: string,
  parents: ReadonlyMap<string, readonly string[]>,
): string[] | undefined {
  const way = shortestPath(
    starts,
    end,
    model => parents.get(model) ?? [],
    parent => parent,
  )
  return way && [way.start, ...way.edges]
}
