import DataLoader from 'dataloader'
import type { Row } from '../entities/columns'
import type { RequestScope } from '../scope'

type At = { id: string; block: number }

/**
 * Rows as of blocks, with one statement for each block that is asked for.
 *
 * @param key the function that asks: one loader for each in a request
 * @param text takes ids and a block; `key`, or else `id`, says whose a row is
 */
export function loaderAt(scope: RequestScope, key: object, name: string, text: string) {
  return scope.once(key as never, () => {
    return new DataLoader<At, Row | undefined, string>(
      async asked => {
        const found = new Map<string, Row>()
        for (const block of new Set(asked.map(one => one.block))) {
          const values = [asked.filter(one => one.block === block).map(({ id }) => id), block]
          for (const row of await scope.query<Row>({ name, text, values }))
            found.set(`${row.key ?? row.id} ${block}`, row)
        }
        return asked.map(({ id, block }) => found.get(`${id} ${block}`))
      },
      { cacheKeyFn: ({ id, block }) => `${id} ${block}` },
    )
  })
}
