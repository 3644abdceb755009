import type { Snapshot } from '../postgres/snapshot'
import { ahead } from './ahead'
import { decodeCursor, encodeCursor } from './cursor'
import { InvariantError, StatementError } from './errors'
import {
  balanceAt,
  keyOf,
  type Movement,
  pageOfMovements,
  readMovements,
  type TokenKey,
  type TokenSums,
} from './movements'
import { ModelNames } from './names'
import type { Valuer } from './priceBasis'
import type { StatementRequest } from './request'
import { sourcesOf } from './sources'
import type { Worth } from './worth'

/** One movement of the account's royalties, and what it was worth at its block. */
export interface StatementLine extends Worth {
  time: Date
  chain: string
  block: number
  transaction: string
  logIndex: number
  kind: 'ACCRUED' | 'CLAIMED'
  token: string
  /** model by which the account earned it; null: the claim names none */
  model: string | null
  /** null: it has none */
  modelName: string | null
  /** model whose use earned it; from another chain: the model that sent it; null: a claim, or royalty tokens moved */
  sourceModel: string | null
  sourceModelName: string | null
  /** model ids from the one that was paid to the account's, joined by ' > '; see sources.ts */
  path: string | null
  /** ppm of the fee's net that the whole accrual is, floored, with the part that went to the patrons */
  sharePpm: number | null
  /** wei; negative only where royalty tokens moved away with rounding */
  amount: bigint
  /** of the line's chain and token after the line, wei */
  balance: bigint
}

export interface PageLine extends StatementLine {
  /** opaque; the next page begins after it */
  cursor: string
}

export interface LinePage {
  lines: PageLine[]
  hasNextPage: boolean
}

export const MAX_PAGE = 1000

/** Reads the lines of a statement whose sums are known. */
export class LineReader {
  private readonly names: ModelNames

  constructor(
    private readonly db: Snapshot,
    private readonly request: StatementRequest,
    private readonly sums: readonly TokenSums[],
    private readonly valuer: Valuer,
  ) {
    this.names = new ModelNames(db, request)
  }

  async *all(): AsyncGenerator<StatementLine[]> {
    const balances = new Balances(this.sums)
    const found = new Map(this.sums.map(total => [keyOf(total), { accrued: 0n, claimed: 0n, lines: 0 }]))
    for await (const movements of ahead(readMovements(this.db, this.request))) {
      for (const movement of movements) {
        const total = found.get(keyOf(movement))
        if (!total) throw new InvariantError(`total of ${keyOf(movement)}`, 'a row', 'missing')
        if (movement.kind === 'ACCRUED') total.accrued += BigInt(movement.amount)
        else total.claimed += BigInt(movement.amount)
        total.lines++
      }
      yield this.linesOf(movements, balances)
    }
    for (const total of this.sums) {
      const lines = found.get(keyOf(total))!
      requireEqual(`accrued of the lines of ${keyOf(total)}`, total.accrued, lines.accrued)
      requireEqual(`claimed of the lines of ${keyOf(total)}`, total.claimed, lines.claimed)
      requireEqual(`number of lines of ${keyOf(total)}`, total.lines, lines.lines)
      requireEqual(`last balance of ${keyOf(total)}`, total.closing, balances.of(total))
    }
  }

  async page(first: number, after: string | undefined): Promise<LinePage> {
    if (!Number.isInteger(first) || first < 0 || first > MAX_PAGE) {
      throw new StatementError('BAD_PAGE', `first ${first}`, `give a whole number from 0 to ${MAX_PAGE}`)
    }
    const position = after === undefined ? undefined : decodeCursor(after)
    const balances = new Balances(this.sums)
    if (position) {
      const moved = await balanceAt(this.db, this.request, position, this.sums)
      for (const { balance, ...token } of moved) balances.add(token, balance)
    }
    const movements = await pageOfMovements(this.db, this.request, first + 1, position)
    const lines = await this.linesOf(movements.slice(0, first), balances)
    return {
      lines: lines.map((line, i) => ({ ...line, cursor: encodeCursor(movements[i]!) })),
      hasNextPage: movements.length > first,
    }
  }

  /** Each member is written out: objects that are spread together take forty times as long to make. */
  private async linesOf(movements: readonly Movement[], balances: Balances): Promise<StatementLine[]> {
    const sources = await sourcesOf(this.db, this.request, movements)
    const nameOf = await this.names.of(movements)
    const worths = await this.valuer.worthOf(
      movements.map(({ tokenId, amount, time, chain, block }) => ({
        tokenId,
        amount: BigInt(amount),
        at: { time, chain, block },
      })),
    )
    return movements.map((movement, index) => {
      const amount = BigInt(movement.amount)
      const { path, sharePpm } = sources[index]!
      const worth = worths[index]!
      return {
        time: movement.time,
        chain: movement.chain,
        block: movement.block,
        transaction: movement.transaction,
        logIndex: movement.logIndex,
        kind: movement.kind,
        token: movement.tokenId,
        model: movement.modelId,
        modelName: nameOf(movement.modelId),
        sourceModel: movement.sourceModelId,
        sourceModelName: nameOf(movement.sourceModelId),
        path,
        sharePpm,
        amount,
        balance: balances.add(movement, movement.kind === 'ACCRUED' ? amount : -amount),
        usd: worth.usd,
        priceToken: worth.priceToken,
        priceAmount: worth.priceAmount,
        priceUsd: worth.priceUsd,
        priceSource: worth.priceSource,
        priceTime: worth.priceTime,
        priceId: worth.priceId,
      }
    })
  }
}

/** Running balances by chain and token, from the openings on. */
class Balances {
  private readonly byKey: Map<string, bigint>

  constructor(sums: readonly TokenSums[]) {
    this.byKey = new Map(sums.map(total => [keyOf(total), total.opening]))
  }

  of(of: TokenKey): bigint {
    return this.byKey.get(keyOf(of)) ?? 0n
  }

  add(to: TokenKey, amount: bigint): bigint {
    const balance = this.of(to) + amount
    this.byKey.set(keyOf(to), balance)
    return balance
  }
}

function requireEqual<T>(what: string, expected: T, met: T): void {
  if (expected !== met) throw new InvariantError(what, expected, met)
}
