import { FoundList } from './foundList'
import { Known } from './known'
import type { Found, Rules } from './rules'

/** Contracts that the logs which were read announce, as reading goes on. */
export class Following {
  private list: FoundList

  constructor(
    private readonly rules: Rules,
    found: readonly Found[] = [],
  ) {
    this.list = new FoundList(rules, found)
  }

  /** What is known after a block; absent: after all that was read. */
  known(height = Number.POSITIVE_INFINITY): Known {
    return new Known(this.rules, this.list, this.list.upTo(height))
  }

  /** What came of reading on from `known` is what is known now. */
  note({ length, added }: Known): void {
    if (length < this.list.length) this.list = new FoundList(this.rules, this.list.slice(0, length))
    for (const found of added) this.list.push(found)
  }

  /** Another one, of what is known after a block. */
  after(height: number): Following {
    return new Following(this.rules, this.list.slice(0, this.list.upTo(height)))
  }
}

/** Begins to follow after a block, up to which everything was read; -1: from the beginning of the chain. */
export type Follow = (height: number) => Promise<Following>
