import { useMemo } from 'preact/hooks'
import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { lazily } from '../parts/lazily'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { day } from '../words/numbers'
import { type ChosenToken, chosenToken, TokenChoice } from './tokenChoice'

const TVL = graphql(`
  query Tvl($chain: ID) {
    tvl(chain: $chain, interval: DAY) {
      tokens { tokenId token { symbol decimals } points { time tvl active exiting } }
    }
  }
`)

const Series = lazily(() => import('../parts/Series').then(({ Series }) => Series))

/** What is staked, at the end of each of the last thirty days. */
export function Tvl({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = chosenToken(place, tokens)
  const answer = useQuery(TVL, { chain: token.chain })
  const points = answer.data?.tvl.tokens.find(({ tokenId }) => tokenId === token.id)?.points ?? []
  const drawn = useMemo(() => points.map(({ time, tvl }) => ({ time, amount: tvl })), [answer.data, token.id])
  return (
    <Card title="Staked by day" actions={<TokenChoice place={place} tokens={tokens} />} wide>
      <Shown answer={answer} what="the stake">
        {() =>
          points.length === 0 ? (
            <Empty>Nothing was staked in this token in the last thirty days. Choose another above.</Empty>
          ) : (
            <>
              <p class="lead">
                <Amount raw={points.at(-1)!.tvl} token={token} /> staked, exits included, on{' '}
                {day(points.at(-1)!.time)}
              </p>
              <Series label={symbolOf(token)} decimals={token.decimals} points={drawn} />
              <details>
                <summary>As a table</summary>
                <Table
                  caption={`Staked by day, ${symbolOf(token)}`}
                  rows={[...points].reverse()}
                  rowKey={({ time }) => time}
                  columns={[
                    { title: 'Day', cell: ({ time }) => day(time) },
                    { title: 'Staked', figures: true, cell: ({ tvl }) => <Amount raw={tvl} token={token} /> },
                    {
                      title: 'Active',
                      figures: true,
                      cell: ({ active }) => <Amount raw={active} token={token} />,
                    },
                    {
                      title: 'Exiting',
                      figures: true,
                      cell: ({ exiting }) => <Amount raw={exiting} token={token} />,
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
