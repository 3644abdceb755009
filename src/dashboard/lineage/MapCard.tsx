import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Card } from '../parts/Card'
import { lazily } from '../parts/lazily'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { count, counted } from '../words/numbers'
import { relation } from './Drawing'
import type { MapPlace } from './mapPlace'

const MAP = graphql(`
  query LineageMap($model: ID!, $maxNodes: Int!) {
    lineageMap(model: $model, maxNodes: $maxNodes) {
      models truncated
      places { column y models model { id name status chain } }
      links { child parent edges }
    }
  }
`)

/** Models in each direction, at most. */
const SIZES = ['5000', '10000'] as const

const LineageMap = lazily(() => import('./LineageMap').then(({ LineageMap }) => LineageMap))

/** All of a lineage that is too large for boxes, as a map whose places the server worked out. */
export function MapCard({ place, id }: { place: Place; id: string }) {
  const size = oneOf(place.query.get('size'), SIZES)
  const answer = useQuery(MAP, { model: id, maxNodes: Number(size) })
  const actions = (
    <>
      <label>
        At most{' '}
        <select
          value={size}
          onChange={event => change({ size: event.currentTarget.value }, { replace: true })}
        >
          {SIZES.map(one => (
            <option key={one} value={one}>
              {count(Number(one))} each way
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={() => change({ map: null, size: null })}>
        Close
      </button>
    </>
  )
  return (
    <Card title="Map of the lineage" wide actions={actions} asks={answer.graphiql}>
      <Shown answer={answer} what="the map">
        {({ lineageMap: { models, truncated, places, links } }) =>
          places.length === 1 ? (
            <Empty>It stands alone: nothing that is known is beside it.</Empty>
          ) : (
            <>
              <p>
                {truncated ? 'The first ' : 'All '}
                {counted(models, 'model')}, ancestors at the left.{' '}
                {places.length < models &&
                  `Each dot is up to ${count(Math.max(...places.map(one => one.models)))} neighbours. `}
                Drag to move, turn the wheel to come nearer, click a dot to go to its model.
              </p>
              <LineageMap root={id} places={places} links={links} />
              <details>
                <summary>As a list</summary>
                <Table
                  caption="Models of the map by their distance"
                  rows={columnsOf(places)}
                  rowKey={({ column }) => String(column)}
                  columns={[
                    { title: 'Distance', cell: ({ column }) => relation(column) },
                    { title: 'Models', figures: true, cell: ({ models }) => count(models) },
                    {
                      title: 'The first of them',
                      cell: ({ model }) => <ModelLink model={model} />,
                    },
                  ]}
                />
              </details>
            </>
          )
        }
      </Shown>
    </Card>
  )
}

function columnsOf(places: readonly MapPlace[]) {
  const columns = new Map<number, { column: number; models: number; model: MapPlace['model'] }>()
  for (const { column, models, model } of places) {
    const before = columns.get(column)
    columns.set(column, { column, models: models + (before?.models ?? 0), model: before?.model ?? model })
  }
  return [...columns.values()]
}
