import { useMemo } from 'preact/hooks'
import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount, type AmountToken, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { lazily } from '../parts/lazily'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { day } from '../words/numbers'
import { Marks } from './Marks'
import { type ChosenToken, chosenToken, TokenChoice } from './tokenChoice'
import { pointsOf, UNITS, USD } from './tvlPoints'

const TVL = graphql(`
  query Tvl($chain: ID) {
    tvl(chain: $chain, interval: DAY) {
      tokens { tokenId token { symbol decimals } points { time tvl active exiting } }
      usd { time once { value } }
      marks { id kind time modelId tokenId amount }
    }
  }
`)

const Series = lazily(() => import('../parts/Series').then(({ Series }) => Series))

/** What is staked, at the end of each of the last thirty days: in a token, or in USD where all of it has prices. */
export function Tvl({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = chosenToken(place, tokens)
  const answer = useQuery(TVL, { chain: token.chain }, { live: true })
  const unit = oneOf(place.query.get('unit'), UNITS)
  const tvl = answer.data?.tvl
  const isPriced = tvl?.usd.some(({ once }) => once.value !== null) ?? false
  const inUsd = unit === 'usd' && isPriced
  const shown: AmountToken = inUsd ? USD : token
  const points = useMemo(() => (tvl ? pointsOf(tvl, token.id, inUsd) : []), [tvl, token.id, inUsd])
  const marks = useMemo(
    () => (tvl?.marks ?? []).filter(mark => mark.kind === 'DISPUTE' || inUsd || mark.tokenId === token.id),
    [tvl, token.id, inUsd],
  )
  const actions = (
    <>
      <TokenChoice place={place} tokens={tokens} />
      {isPriced && (
        <button
          type="button"
          aria-pressed={inUsd}
          onClick={() => change({ unit: inUsd ? null : 'usd' }, { replace: true })}
        >
          all of the chain in USD
        </button>
      )}
    </>
  )
  return (
    <Card title="Staked by day" actions={actions} wide asks={answer.graphiql}>
      <Shown answer={answer} what="the stake">
        {() =>
          points.length === 0 ? (
            <Empty>Nothing was staked in this token in the last thirty days. Choose another above.</Empty>
          ) : (
            <>
              <p class="lead">
                <Amount raw={points.at(-1)!.amount} token={shown} /> staked, exits included, on{' '}
                {day(points.at(-1)!.time)}
              </p>
              <Series label={symbolOf(shown)} decimals={shown.decimals} points={points} marks={marks} />
              <Marks marks={marks} tokens={tokens} />
              <details>
                <summary>As a table</summary>
                <Table
                  caption={`Staked by day, ${symbolOf(shown)}`}
                  rows={[...points].reverse()}
                  rowKey={({ time }) => time}
                  columns={[
                    { title: 'Day', cell: ({ time }) => day(time) },
                    {
                      title: 'Staked',
                      figures: true,
                      cell: ({ amount }) => <Amount raw={amount} token={shown} />,
                    },
                    {
                      title: 'Active',
                      figures: true,
                      cell: ({ active }) => (active ? <Amount raw={active} token={shown} /> : '–'),
                    },
                    {
                      title: 'Exiting',
                      figures: true,
                      cell: ({ exiting }) => (exiting ? <Amount raw={exiting} token={shown} /> : '–'),
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
