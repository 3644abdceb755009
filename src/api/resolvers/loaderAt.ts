import DataLoader from 'dataloader'
import type { Row } from '../entities/columns'
import type { RequestScope } from '../scope'

type At = { id: string; block: number }

/**
 * The newest indexed block of a chain, as the request's snapshot sees it, in a statement whose parameters from number
 * `first` on are `heightsOf`. What the processor notes beside its batches may be some blocks behind the rows.
 *
 * @param otherwise where the chain has none
 */
export function heightOf(chain: string, otherwise: string, first: number): string {
  return `coalesce((SELECT h.height FROM unnest($${first}::text[], $${first + 1}::int[]) AS h (chain, height)
      WHERE h.chain = ${chain}), ${otherwise})`
}

/** Two parameters: chains, and how far each is indexed. */
export async function heightsOf(scope: RequestScope): Promise<[string[], number[]]> {
  const heights = await scope.heights()
  return [heights.map(({ chain }) => chain), heights.map(({ height }) => height)]
}

/**
 * Rows as of blocks, with one statement for each block that is asked for.
 *
 * @param key the function that asks: one loader for each in a request
 * @param text takes ids and a block, then `heightsOf` if it is told; `key`, or else `id`, says whose a row is
 */
export function loaderAt(
  scope: RequestScope,
  key: object,
  name: string,
  text: string,
  { isToldHeights = false } = {},
) {
  return scope.once(key as never, () => {
    return new DataLoader<At, Row | undefined, string>(
      async asked => {
        const found = new Map<string, Row>()
        const heights = isToldHeights ? await heightsOf(scope) : []
        for (const block of new Set(asked.map(one => one.block))) {
          const values = [asked.filter(one => one.block === block).map(({ id }) => id), block, ...heights]
          for (const row of await scope.query<Row>({ name, text, values }))
            found.set(`${row.key ?? row.id} ${block}`, row)
        }
        return asked.map(({ id, block }) => found.get(`${id} ${block}`))
      },
      { cacheKeyFn: ({ id, block }) => `${id} ${block}` },
    )
  })
}
