import type { Policy } from '../../lineage/policies'
import { type Share, shareOf } from '../../lineage/share'
import type { EdgeRow } from '../edgeRows'
import type { LineageEdge } from '../lineage'

/** What many edges have in common. */
interface Kind {
  role: string
  sharePpm: number | null
  share: Share | null
  policy: Policy
}

/** Edges in columns of numbers: 20 bytes each, where an object would take some hundred. Models are numbers too. */
export class EdgeTable {
  readonly models: string[] = []
  readonly child = new Numbers()
  readonly parent = new Numbers()
  private readonly ordinal = new Numbers()
  private readonly kind = new Numbers()
  private readonly kinds: Kind[] = []
  private readonly numberOfKind = new Map<string, number>()
  private readonly numberOfModel = new Map<string, number>()
  /** ids that are not `<child>|<role>|<parent>` */
  private readonly ids = new Map<number, string>()

  get size(): number {
    return this.child.length
  }

  /** The model's number; undefined: no edge names it. */
  numberOf(model: string): number | undefined {
    return this.numberOfModel.get(model)
  }

  /** The edge's number. */
  add(row: EdgeRow): number {
    const edge = this.child.length
    this.child.push(this.known(row.childId))
    this.parent.push(this.known(row.parentId))
    this.ordinal.push(row.ordinal)
    this.kind.push(this.kindOf(row))
    if (row.id !== `${row.childId}|${row.role}|${row.parentId}`) this.ids.set(edge, row.id)
    return edge
  }

  edge(number: number): LineageEdge {
    const childId = this.models[this.child.at(number)]!
    const parentId = this.models[this.parent.at(number)]!
    const { role, sharePpm, share, policy } = this.kinds[this.kind.at(number)]!
    const id = this.ids.get(number) ?? `${childId}|${role}|${parentId}`
    return { id, childId, parentId, role, ordinal: this.ordinal.at(number), sharePpm, share, policy }
  }

  private known(model: string): number {
    let number = this.numberOfModel.get(model)
    if (number === undefined) {
      number = this.models.push(model) - 1
      this.numberOfModel.set(model, number)
    }
    return number
  }

  private kindOf({ role, sharePpm, policy, numerator, denominator }: EdgeRow): number {
    const key = `${role} ${policy} ${sharePpm} ${numerator} ${denominator}`
    let number = this.numberOfKind.get(key)
    if (number === undefined) {
      number = this.kinds.push({ role, sharePpm, share: shareOf(numerator, denominator), policy }) - 1
      this.numberOfKind.set(key, number)
    }
    return number
  }
}

/** Whole numbers of 32 bits, ever more of them. */
export class Numbers {
  length = 0
  private values = new Int32Array(1024)

  at(place: number): number {
    return this.values[place]!
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = new Int32Array(this.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.values[this.length++] = value
  }
}
