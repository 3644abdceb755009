import type { Policy } from '../lineage/policies'
import type { Share } from '../lineage/share'
import type { ProjectedHeight } from './watermark'

/**
 * Questions about lineage, answered from Postgres, from memory or from Neo4j with the same answers.
 *
 * Ancestors are reached along edges child -> parent, descendants the other way. Every answer is bounded in depth and nodes,
 * says when it was cut, and is ordered by (depth, id), ids by code point.
 */
export interface Lineage {
  /** What a model was made from, or what was made from it. */
  closure(request: ClosureRequest): Promise<Closure>
  /** The same for several models: as many statements as for one. In the models' order. */
  closures(models: string[], bounds: ClosureBounds): Promise<Closure[]>
  /** The shortest way from a model up to an ancestor; of several, the one whose edge ids come first. */
  path(from: string, to: string, filter?: LineageFilter): Promise<LineagePath>
  /** What all these models descend from, the models themselves included (depth 0), nearest first. */
  commonAncestors(models: string[], first?: number, filter?: LineageFilter): Promise<CommonAncestors>
}

export type Direction = 'ANCESTORS' | 'DESCENDANTS'
/** MEMORY: the edges of the tables as this process holds them, exactly as a snapshot sees them */
export type Engine = 'POSTGRES' | 'MEMORY' | 'NEO4J'

/**
 * Edges of other roles, and models of other chains or protocols, are as if they were not there, for shares and cycles too;
 * the models that are asked about always are. A model's id tells its chain and protocol, also of one that nobody has seen.
 */
export interface LineageFilter {
  roles?: string[]
  /** CAIP-2 */
  chains?: string[]
  protocols?: string[]
}

export interface ClosureBounds extends LineageFilter {
  /** BOTH: ancestors and descendants in one answer, not what they are otherwise related to */
  direction: Direction | 'BOTH'
  /** edges from the root, 1 to 1000; absent: 1000 */
  maxDepth?: number
  /** 1 to 10,000; absent: 1000 */
  maxNodes?: number
}

export interface ClosureRequest extends ClosureBounds {
  model: string
  /** of an earlier answer about the same model, direction and filter: what comes after it */
  continuation?: string
}

export interface LineageNode {
  id: string
  /** edges between it and the root, on the shortest way; from 1 */
  depth: number
  /** ppm, floored once: of its revenue that reaches the root (descendants), or of the root's that reaches it (ancestors) */
  share: number
}

/** child -> parent */
export interface LineageEdge {
  id: string
  childId: string
  parentId: string
  role: string
  ordinal: number
  /** ppm of the child's revenue that the parent gets; null: no royalty on this link */
  sharePpm: number | null
  /** the same, exact */
  share: Share | null
  policy: Policy
}

export interface ClosureEdge extends LineageEdge {
  /** part of a cycle, so it carries no share */
  cyclic: boolean
}

export interface Closure {
  /** the model asked about; not among the nodes */
  root: string
  nodes: LineageNode[]
  /** all edges among nodes and root, each in the answer that has the later one of its ends */
  edges: ClosureEdge[]
  /** there is more: nodes that `continuation` leads to, or deeper ones than maxDepth */
  truncated: boolean
  /** present where more nodes lie within maxDepth; all answers in a row are what one without maxNodes would be */
  continuation?: string
  /** shares and `cyclic` are of the whole lineage; false: only of the part within maxDepth and the first 5000 nodes */
  sharesComplete: boolean
  answeredBy: Engine
  /** blocks that the answer is true at, where Neo4j gives it as far as it has come; absent: those of the snapshot */
  heights?: ProjectedHeight[]
}

export interface LineagePath {
  /** from the descendant upwards; empty: both are the same model; null: there is none */
  edges: LineageEdge[] | null
  answeredBy: Engine
  /** as of a closure */
  heights?: ProjectedHeight[]
}

export interface CommonAncestor {
  id: string
  /** from each of the models, in their order */
  depths: number[]
  maxDepth: number
}

export interface CommonAncestors {
  /** ordered by (maxDepth, id) */
  ancestors: CommonAncestor[]
  /** a model has so many ancestors that some were left out */
  truncated: boolean
  answeredBy: Engine
  /** as of a closure */
  heights?: ProjectedHeight[]
}

export const MAX_DEPTH = 1_000
export const MAX_NODES = 10_000
export const DEFAULT_NODES = 1_000
/** ancestors looked at, for each model, in search of a path or of common ones */
export const MAX_SEARCHED = 50_000
export const MAX_MODELS = 20
