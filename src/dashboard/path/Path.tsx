import { useEffect, useState } from 'preact/hooks'
import { href, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { counted, ppm } from '../words/numbers'

const PATH = graphql(`
  query Path($from: ID!, $to: ID!) {
    up: lineagePath(from: $from, to: $to) {
      id role sharePpm
      child { id name status }
      parent { id name status }
    }
    down: lineagePath(from: $to, to: $from) {
      id role sharePpm
      child { id name status }
      parent { id name status }
    }
  }
`)

/** The shortest way between two models, whichever of them came first. */
export function Path({ place }: { place: Place }) {
  const from = place.query.get('from')?.trim() ?? ''
  const to = place.query.get('to')?.trim() ?? ''
  const answer = useQuery(PATH, from && to ? { from, to } : null)
  return (
    <>
      <h1>The way between two models</h1>
      <div class="cards">
        <Card title="From and to" wide>
          <Ends from={from} to={to} />
        </Card>
        {from && to && (
          <Card title="Shortest way" wide asks={answer.graphiql}>
            <Shown answer={answer} what="the way">
              {({ up, down }) => <Way edges={up?.length ? up : down} same={from === to} />}
            </Shown>
          </Card>
        )}
      </div>
    </>
  )
}

function Ends(props: { from: string; to: string }) {
  const [from, setFrom] = useState(props.from)
  const [to, setTo] = useState(props.to)
  useEffect(() => {
    setFrom(props.from)
    setTo(props.to)
  }, [props.from, props.to])
  const onSubmit = (event: Event) => {
    event.preventDefault()
    change({ from: from.trim(), to: to.trim() })
  }
  return (
    <form class="choices" onSubmit={onSubmit}>
      <label>
        Model{' '}
        <input
          value={from}
          onInput={event => setFrom(event.currentTarget.value)}
          placeholder="eip155:…"
          required
        />
      </label>
      <label>
        and{' '}
        <input
          value={to}
          onInput={event => setTo(event.currentTarget.value)}
          placeholder="eip155:…"
          required
        />
      </label>
      <button type="submit">Find</button>
    </form>
  )
}

function Way({ edges, same }: { edges: ResultOf<typeof PATH>['up']; same: boolean }) {
  if (same) return <Empty>Both are the same model: name another.</Empty>
  if (!edges || edges.length === 0) {
    return (
      <Empty>
        Neither was made from the other, as far as is known. They may share an ancestor: open one's lineage.
      </Empty>
    )
  }
  return (
    <>
      <p>
        {counted(edges.length, 'hop')}, from what was made to what it was made from.{' '}
        <a href={href('/model', { id: edges[0]!.child.id, depth: 'all' })}>See the whole lineage</a>
      </p>
      <ol class="way">
        <li>
          <ModelLink model={edges[0]!.child} />
        </li>
        {edges.map(({ id, role, sharePpm, parent }) => (
          <li key={id}>
            <span class="state">
              {role.toLowerCase()}
              {sharePpm !== null && `, gets ${ppm(sharePpm)} of its revenue`}:
            </span>{' '}
            <ModelLink model={parent} />
          </li>
        ))}
      </ol>
    </>
  )
}
