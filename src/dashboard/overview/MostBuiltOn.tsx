import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { count } from '../words/numbers'
import { type ChosenToken, chosenToken } from './tokenChoice'

const MOST_BUILT_ON = graphql(`
  query MostBuiltOn($by: Dependence!, $token: ID) {
    mostDependedOn(by: $by, token: $token, first: 10) {
      truncated
      models { models amount model { id name status } }
    }
  }
`)

const BY = ['descendants', 'stake', 'royalties'] as const
/** What the models of a row have to do with its model, and the amount that it is ordered by. */
const TITLES = {
  descendants: { models: 'Descendants', amount: '' },
  stake: { models: 'Staked descendants', amount: 'Stake on them' },
  royalties: { models: 'Paying models', amount: 'Royalties moved' },
} as const

/** Models that most depends on: by what was made of them, by the stake on that, or by what its use has brought them. */
export function MostBuiltOn({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = tokens.length > 0 ? chosenToken(place, tokens) : undefined
  const by = token ? oneOf(place.query.get('by'), BY) : 'descendants'
  const answer = useQuery(
    MOST_BUILT_ON,
    by === 'descendants' || !token
      ? { by: 'DESCENDANTS', token: null }
      : { by: by === 'stake' ? 'STAKE' : 'ROYALTIES', token: token.id },
  )
  const { models, amount } = TITLES[by]
  const actions = (
    <div role="group" aria-label="Built on, by" class="choices">
      {BY.filter(one => one === 'descendants' || token).map(one => (
        <button
          key={one}
          type="button"
          aria-pressed={one === by}
          onClick={() => change({ by: one === 'descendants' ? null : one }, { replace: true })}
        >
          {one}
        </button>
      ))}
    </div>
  )
  return (
    <Card
      title={by === 'descendants' ? 'Most built on' : `Most built on, by ${by} in ${symbolOf(token)}`}
      actions={actions}
      asks={answer.graphiql}
    >
      <Shown answer={answer} what="what was built on what">
        {({ mostDependedOn }) =>
          mostDependedOn.models.length === 0 ? (
            <Empty>Nothing was built on any model by this measure yet. Choose another above.</Empty>
          ) : (
            <>
              <Table
                caption="Models that most was built on"
                rows={mostDependedOn.models}
                rowKey={({ model }) => model.id}
                columns={[
                  { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
                  { title: models, figures: true, cell: one => count(one.models) },
                  ...(amount
                    ? [
                        {
                          title: amount,
                          figures: true,
                          cell: (one: { amount: string | null }) =>
                            one.amount === null ? '–' : <Amount raw={one.amount} token={token} />,
                        },
                      ]
                    : []),
                ]}
              />
              {mostDependedOn.truncated && (
                <p class="shown-of">Among the models with most children, and their ancestors.</p>
              )}
            </>
          )
        }
      </Shown>
    </Card>
  )
}
