import type { Place } from '../address/url'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { ModelLink } from '../parts/links'
import { Meter } from '../parts/Meter'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { count } from '../words/numbers'
import { type ChosenToken, chosenToken } from './tokenChoice'

const INFLUENTIAL = graphql(`
  query Influential($token: String!) {
    stakePools(
      first: 12
      orderBy: [activeAssets_DESC]
      where: { assetId_eq: $token, modelId_isNull: false, retiredAt_isNull: true }
    ) {
      nodes {
        id
        model { id name status stake { patrons active { tokenId amount } shareOfAllStake { tokenId share } } }
      }
    }
  }
`)

/** Models by their share of all stake in a token. */
export function Influential({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = chosenToken(place, tokens)
  const answer = useQuery(INFLUENTIAL, { token: token.id })
  return (
    <Card title={`Most influential by ${symbolOf(token)} staked`} asks={answer.graphiql}>
      <Shown answer={answer} what="the stake">
        {data => {
          const rows = ranked(data, token.id)
          if (rows.length === 0) return <Empty>No model has stake in this token. Choose another token.</Empty>
          return (
            <Table
              caption={`Models with the most ${symbolOf(token)} staked on them`}
              rows={rows}
              rowKey={({ model }) => model.id}
              columns={[
                { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
                { title: 'Of all stake', figures: true, cell: ({ share }) => <Meter share={share} /> },
                {
                  title: 'Active',
                  figures: true,
                  cell: ({ active }) => <Amount raw={active} token={token} />,
                },
                { title: 'Patrons', figures: true, cell: ({ patrons }) => count(patrons) },
              ]}
            />
          )
        }}
      </Shown>
    </Card>
  )
}

function ranked({ stakePools }: ResultOf<typeof INFLUENTIAL>, tokenId: string) {
  const rows = stakePools.nodes.flatMap(({ model }) => {
    if (!model) return []
    const { stake } = model
    const of = <T extends { tokenId: string }>(list: T[]) => list.find(one => one.tokenId === tokenId)
    const share = of(stake.shareOfAllStake)?.share ?? 0
    return [{ model, share, active: of(stake.active)?.amount ?? '0', patrons: stake.patrons }]
  })
  // A model may have several of the pools.
  const once = rows.filter((row, i) => rows.findIndex(({ model }) => model.id === row.model.id) === i)
  return once.sort((a, b) => b.share - a.share).slice(0, 10)
}
