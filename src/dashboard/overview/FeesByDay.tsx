import { useMemo } from 'preact/hooks'
import type { Place } from '../address/url'
import { graphql } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { Amount, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { lazily } from '../parts/lazily'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { useChains } from '../shell/chains'
import { count, day } from '../words/numbers'
import { type DayOfMoney, daysOfMoney, firstDay } from './daysOfMoney'
import { type ChosenToken, chosenToken, TokenChoice } from './tokenChoice'

const MONEY_BY_DAY = graphql(`
  query MoneyByDay($token: String!, $from: DateTime!) {
    usageFeesAggregate(where: { tokenId_eq: $token, time_gte: $from }, groupBy: [DAY], first: 31) {
      groups { day count sum { gross } }
    }
    royaltyAccrualsAggregate(where: { tokenId_eq: $token, time_gte: $from }, groupBy: [DAY], first: 31) {
      groups { day count sum { amount } }
    }
  }
`)

const Series = lazily(() => import('../parts/Series').then(({ Series }) => Series))
const NONE: readonly DayOfMoney[] = []

/** What use was paid for, and what of it was moved as royalties, on each of the thirty days up to the chain's newest block. */
export function FeesByDay({ place, tokens }: { place: Place; tokens: readonly ChosenToken[] }) {
  const token = chosenToken(place, tokens)
  const chains = useChains()
  const newest = chains.data?.chains.find(({ id }) => id === token.chain)?.indexed?.time
  const isKnown = Boolean(chains.data ?? chains.problem)
  const from = isKnown ? firstDay(newest ?? new Date().toISOString()) : undefined
  const answer = useQuery(MONEY_BY_DAY, from ? { token: token.id, from } : null, { live: true })
  const { data } = answer
  const days = useMemo(() => (data && from ? daysOfMoney(data, from) : NONE), [data, from])
  const points = useMemo(() => days.map(({ time, fees }) => ({ time, amount: fees })), [days])
  const second = useMemo(
    () => ({ label: 'Royalties', amounts: days.map(({ royalties }) => royalties) }),
    [days],
  )
  const moved = days.some(({ payments, accruals }) => payments + accruals > 0)
  return (
    <Card
      title="Fees and royalties by day"
      actions={<TokenChoice place={place} tokens={tokens} />}
      wide
      asks={answer.graphiql}
    >
      <Shown answer={answer} what="the fees">
        {() =>
          !moved ? (
            <Empty>
              Nothing was paid in {symbolOf(token)} in the last thirty days. Choose another token above.
            </Empty>
          ) : (
            <>
              <p class="lead">
                <Amount raw={sumOf(days, 'fees')} token={token} /> paid for use,{' '}
                <Amount raw={sumOf(days, 'royalties')} token={token} /> moved as royalties, in thirty days
              </p>
              <Series label="Fees" decimals={token.decimals} points={points} second={second} />
              <details>
                <summary>As a table</summary>
                <Table
                  caption={`Fees and royalties by day, ${symbolOf(token)}`}
                  rows={[...days].reverse()}
                  rowKey={({ time }) => time}
                  columns={[
                    { title: 'Day', cell: ({ time }) => day(time) },
                    {
                      title: 'Fees',
                      figures: true,
                      cell: ({ fees }) => <Amount raw={fees} token={token} />,
                    },
                    { title: 'Payments', figures: true, cell: ({ payments }) => count(payments) },
                    {
                      title: 'Royalties',
                      figures: true,
                      cell: ({ royalties }) => <Amount raw={royalties} token={token} />,
                    },
                    { title: 'Accruals', figures: true, cell: ({ accruals }) => count(accruals) },
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

function sumOf(days: readonly DayOfMoney[], what: 'fees' | 'royalties'): string {
  return String(days.reduce((sum, one) => sum + BigInt(one[what]), 0n))
}
