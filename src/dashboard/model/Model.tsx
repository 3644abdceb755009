import type { ComponentChildren } from 'preact'
import type { Place } from '../address/url'
import { useQuery } from '../data/useQuery'
import { LineageCard } from '../lineage/LineageCard'
import { MapCard } from '../lineage/MapCard'
import { Money } from '../money/Money'
import { modelName } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Stake } from '../stake/Stake'
import { cut } from '../words/text'
import { Facts } from './Facts'
import { Impact } from './Impact'
import { MODEL } from './query'

export function Model({ place }: { place: Place }) {
  const id = place.query.get('id')
  const answer = useQuery(MODEL, id ? { id } : null)
  if (!id) return <NoModel>The address names no model.</NoModel>
  return (
    <Shown answer={answer} what="the model">
      {({ model }) => {
        if (!model) return <NoModel>Nothing names a model {cut(id)}.</NoModel>
        return (
          <>
            <h1>
              <bdi>{modelName(model)}</bdi>
            </h1>
            <div class="cards">
              <Facts model={model} asks={answer.graphiql} />
              <LineageCard place={place} id={model.id} />
              {place.query.get('map') && <MapCard place={place} id={model.id} />}
              <Stake id={model.id} />
              <Money place={place} id={model.id} name={modelName(model)} />
              <Impact place={place} id={model.id} />
            </div>
          </>
        )
      }}
    </Shown>
  )
}

function NoModel({ children }: { children: ComponentChildren }) {
  return (
    <>
      <h1>No model</h1>
      <Empty>
        {children} Search above by a part of its name, or by its id, such as eip155:1514/story:0x….
      </Empty>
    </>
  )
}
