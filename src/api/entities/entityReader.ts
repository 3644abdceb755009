import DataLoader from 'dataloader'
import type { Snapshot } from '../../postgres/snapshot'
import type { Statement } from '../../postgres/statement'
import type { BackLink } from './backLinks'
import { columnList, type Row, tableAs } from './columns'
import { type Connection, connection } from './connection'
import type { Entity } from './entityModel'
import type { PageRequest } from './pageArgs'
import { nestedCount, nestedPage, readsMuch, rootCount, rootPage } from './pageStatement'
import { statement } from './preparedTexts'
import type { WhereCompiler } from './where'

/** A snapshot that counts the rows it gives. */
export interface CountingSnapshot extends Snapshot {
  /** rows that may still be read */
  readonly rowsLeft: number
  /** A statement that may read a whole table: few requests at once run such. */
  queryMuch<Row>(statement: Statement): Promise<Row[]>
}

/** Reads rows of entities for one request. What is asked in the same tick is read in one statement. */
export class EntityReader {
  private readonly byId = new Map<string, DataLoader<string, Row | undefined>>()
  private readonly pages = new Map<string, DataLoader<string, Row[]>>()
  private readonly counts = new Map<string, DataLoader<string, number>>()

  constructor(
    private readonly scope: CountingSnapshot,
    private readonly compiler: WhereCompiler,
  ) {}

  /** The row of an id, or undefined. */
  row(entity: Entity, id: string): Promise<Row | undefined> {
    let loader = this.byId.get(entity.name)
    if (!loader) {
      loader = new DataLoader(ids => this.rows(entity, ids))
      this.byId.set(entity.name, loader)
    }
    return loader.load(id)
  }

  async page(page: PageRequest): Promise<Connection> {
    const rows = page.size === 0 ? [] : await this.pageRows(page)
    return connection(page, rows, async () => {
      const count = rootCount(page, this.compiler)
      const [row] = this.compiler.narrows(page.entity, page.where)
        ? await this.scope.query<{ count: number }>(count)
        : await this.scope.queryMuch<{ count: number }>(count)
      return row?.count ?? 0
    })
  }

  /** The page of the rows that name a parent by one of its ids. */
  async pageOf(link: BackLink, parentIds: readonly string[], page: PageRequest): Promise<Connection> {
    const several = parentIds.length > 1
    const key = parentIds.join(' ')
    const batch = `${link.entity.name}.${link.field.name} ${several} ${pageKey(page)}`
    const rows = page.size === 0 ? [] : await this.pagesOf(batch, link, several, page).load(key)
    return connection(page, rows, () => this.countsOf(batch, link, several, page).load(key))
  }

  private pageRows(page: PageRequest): Promise<Row[]> {
    const statement = rootPage(page, this.compiler)
    return readsMuch(page, this.compiler)
      ? this.scope.queryMuch<Row>(statement)
      : this.scope.query<Row>(statement)
  }

  private async rows(entity: Entity, ids: readonly string[]): Promise<(Row | undefined)[]> {
    const text = `SELECT ${columnList(entity, 't')} FROM ${tableAs(entity, 't')} WHERE t."id" = ANY($1::text[])`
    const rows = await this.scope.query<Row>(statement(`rows-${entity.table}`, text, [ids]))
    const rowOf = new Map(rows.map(row => [row.id, row]))
    return ids.map(id => rowOf.get(id))
  }

  private pagesOf(
    batch: string,
    link: BackLink,
    several: boolean,
    page: PageRequest,
  ): DataLoader<string, Row[]> {
    let loader = this.pages.get(batch)
    if (!loader) {
      loader = new DataLoader(async keys => {
        const parents = { field: link.field, keys, several }
        const budget = this.scope.rowsLeft + 1
        const rows = await this.scope.query<Row & { parent: number }>(
          nestedPage(page, parents, this.compiler, budget),
        )
        const pages: Row[][] = keys.map(() => [])
        for (const row of rows) pages[row.parent - 1]!.push(row)
        return pages
      })
      this.pages.set(batch, loader)
    }
    return loader
  }

  private countsOf(
    batch: string,
    link: BackLink,
    several: boolean,
    page: PageRequest,
  ): DataLoader<string, number> {
    let loader = this.counts.get(batch)
    if (!loader) {
      loader = new DataLoader(async keys => {
        const parents = { field: link.field, keys, several }
        const rows = await this.scope.query<{ parent: number; count: number }>(
          nestedCount(page, parents, this.compiler),
        )
        const countOf = new Map(rows.map(row => [row.parent, row.count]))
        return keys.map((_, i) => countOf.get(i + 1) ?? 0)
      })
      this.counts.set(batch, loader)
    }
    return loader
  }
}

/** Fields of the same query have the same page; so do their rows' connections, which are then read together. */
function pageKey(page: PageRequest): string {
  const { where, order, size, fromEnd, after, before } = page
  return JSON.stringify([where, order.signature, size, fromEnd, after, before], (_, value) =>
    typeof value === 'bigint' ? `${value}n` : value,
  )
}
