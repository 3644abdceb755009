import { graphql, type ResultOf } from '../data/graphql'
import type { Side } from './graph'

/** Models that one question asks for, in each direction. */
export const PAGE = 60
/** Most that are drawn as boxes. */
export const MOST_BOXES = 300
/** Models whose neighbours can be open at once. */
export const MOST_OPENED = 20

export const LINEAGE = graphql(`
  query Lineage($model: ID!, $maxDepth: Int, $maxNodes: Int!) {
    root: model(id: $model) {
      id name chain kind status
      parents(first: 1) { totalCount }
      children(first: 1) { totalCount }
    }
    up: lineage(model: $model, direction: ANCESTORS, maxDepth: $maxDepth, maxNodes: $maxNodes) {
      truncated continuation sharesComplete
      nodes { depth share model { id name chain kind status } }
      edges { id childId parentId role sharePpm cyclic }
    }
    down: lineage(model: $model, direction: DESCENDANTS, maxDepth: $maxDepth, maxNodes: $maxNodes) {
      truncated continuation sharesComplete
      nodes { depth share model { id name chain kind status } }
      edges { id childId parentId role sharePpm cyclic }
    }
  }
`)

/** How many neighbours each of some models has, so that those not shown can be offered. */
export const DEGREES = graphql(`
  query Degrees($ids: [ID!]!) {
    models(first: 300, where: { id_in: $ids }) {
      nodes { id parents(first: 1) { totalCount } children(first: 1) { totalCount } }
    }
  }
`)

export type LineageAnswer = ResultOf<typeof LINEAGE>
export type LineageSide = Side & { truncated: boolean; continuation: string | null }
