import { href } from '../address/url'
import { change } from '../address/useUrl'
import { CopiedId, ModelLink, modelName } from '../parts/links'
import { useChainName } from '../shell/chains'
import { ppm } from '../words/numbers'
import { relation } from './Drawing'
import type { Graph } from './graph'

/** More about one model of the drawing. */
export function Pinned({ graph, id }: { graph: Graph; id: string }) {
  const chainName = useChainName()
  const { model, column, share } = graph.nodes.get(id)!
  const edges = graph.edges.filter(({ childId, parentId }) => childId === id || parentId === id)
  return (
    <aside class="pinned" aria-label="Chosen model">
      <h3>
        <bdi>{modelName(model)}</bdi>
      </h3>
      <p>
        <CopiedId id={id} what="the id" />
      </p>
      <p>
        {(model.kind ?? 'not seen yet').toLowerCase()} on {chainName(model.chain)}, {relation(column)}
        {share !== null &&
          `; ${ppm(share)} of a net fee ${column < 0 ? 'for the model in the middle reaches it' : 'for it reaches the model in the middle'}`}
      </p>
      <ul>
        {edges.map(edge => {
          const other = graph.nodes.get(edge.childId === id ? edge.parentId : edge.childId)!.model
          return (
            <li key={edge.id} class={edge.cyclic ? 'bad' : undefined}>
              {edge.childId === id ? 'made from ' : 'used by '}
              <ModelLink model={other} /> as {edge.role.toLowerCase()}
              {edge.sharePpm !== null && `, ${ppm(edge.sharePpm)}`}
              {edge.cyclic && ', in a circle'}
            </li>
          )
        })}
      </ul>
      <p class="choices">
        <a href={href('/model', { id })}>Go to its page</a>
        {id !== graph.root && <a href={href('/path', { from: graph.root, to: id })}>The way to it</a>}
        <button type="button" onClick={() => change({ pin: null }, { replace: true })}>
          Close
        </button>
      </p>
    </aside>
  )
}
