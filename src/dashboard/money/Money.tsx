import { oneOf, type Place } from '../address/url'
import { change } from '../address/useUrl'
import { graphql, type ResultOf } from '../data/graphql'
import { useQuery } from '../data/useQuery'
import { csvOf } from '../exports/csv'
import { fileNameOf, save } from '../exports/save'
import { Amount, symbolOf } from '../parts/Amount'
import { Card } from '../parts/Card'
import { lazily } from '../parts/lazily'
import { ModelLink } from '../parts/links'
import { Empty, Shown } from '../parts/states'
import { Table } from '../parts/Table'
import { plainAmount } from '../words/amount'
import { counted } from '../words/numbers'
import { flowsOf } from './flows'
import { Lines } from './Lines'
import { KINDS } from './movements'
import { Owed } from './Owed'
import { PeriodChoice } from './PeriodChoice'
import { periodOf } from './period'

const MONEY = graphql(`
  query Money($id: ID!, $from: DateTime, $to: DateTime) {
    in: royaltyFlow(model: $id, direction: IN, from: $from, to: $to, maxNodes: 500) {
      truncated
      totals { tokenId entitled accrued claimed owed overpaid token { symbol decimals } }
      nodes { depth model { id name status } amounts { tokenId entitled accrued owed } }
    }
    out: royaltyFlow(model: $id, direction: OUT, from: $from, to: $to, maxNodes: 500) {
      truncated
      totals { tokenId entitled accrued owed token { symbol decimals } }
      nodes { depth model { id name status } amounts { tokenId entitled accrued owed } }
    }
  }
`)

const Sankey = lazily(() => import('./Sankey').then(({ Sankey }) => Sankey))

/** Where a model's money comes from, where it goes, and what of it has not moved. */
export function Money({ place, id, name }: { place: Place; id: string; name: string }) {
  const period = periodOf(place)
  const answer = useQuery(MONEY, { id, ...period }, { keep: true })
  const totals = answer.data ? tokensOf(answer.data) : []
  const tokenId = oneOf(
    place.query.get('token'),
    totals.map(total => total.tokenId),
  )
  const token = totals.find(total => total.tokenId === tokenId)?.token
  const rows = answer.data ? rowsOf(answer.data, tokenId) : []
  const lines = KINDS.find(kind => kind === place.query.get('lines'))
  const csv = () =>
    csvOf(
      ['direction', 'model', 'name', 'hops', 'token', 'entitled', 'accrued', 'owed'],
      rows.map(({ direction, depth, model, amounts }) => [
        direction,
        model.id,
        model.name,
        depth,
        token?.symbol ?? tokenId,
        plainAmount(amounts.entitled, token?.decimals),
        plainAmount(amounts.accrued, token?.decimals),
        plainAmount(amounts.owed, token?.decimals),
      ]),
    )
  const actions = (
    <>
      <PeriodChoice place={place} />
      {totals.length > 0 && (
        <label>
          Token{' '}
          <select
            value={tokenId}
            onChange={event => change({ token: event.currentTarget.value }, { replace: true })}
          >
            {totals.map(total => (
              <option key={total.tokenId} value={total.tokenId}>
                {symbolOf(total.token) || total.tokenId.slice(-6)}
              </option>
            ))}
          </select>
        </label>
      )}
      {rows.length > 0 && (
        <button type="button" onClick={() => save(fileNameOf(id, '-money.csv'), 'text/csv', csv())}>
          CSV
        </button>
      )}
    </>
  )
  return (
    <Card title="Money" wide actions={actions} asks={answer.graphiql}>
      <Shown answer={answer} what="the money">
        {data => {
          const total = data.in.totals.find(one => one.tokenId === tokenId)
          const incoming = flowsOf(data.in.nodes, tokenId)
          const outgoing = flowsOf(data.out.nodes, tokenId)
          return totals.length === 0 ? (
            <Empty>No money has moved in this time. Choose a longer one, or wait until it is used.</Empty>
          ) : (
            <>
              {(data.in.truncated || data.out.truncated) && (
                <p>There are more models than are counted here: the figures are of the nearest ones.</p>
              )}
              {total && <Owed total={total} token={token} shown={lines} />}
              {total && lines && (
                <Lines
                  kind={lines}
                  rows={rows.filter(({ direction }) => direction === 'in')}
                  place={place}
                  id={id}
                  tokenId={tokenId}
                  token={token}
                  period={period}
                />
              )}
              {incoming.length + outgoing.length > 0 && (
                <Sankey id={id} name={name} token={token ?? null} incoming={incoming} outgoing={outgoing} />
              )}
              <details>
                <summary>As a list</summary>
                <Table
                  caption="Royalties by model"
                  rows={rows}
                  rowKey={({ direction, model }) => `${direction} ${model.id}`}
                  columns={[
                    { title: 'Model', cell: ({ model }) => <ModelLink model={model} /> },
                    {
                      title: 'Flow',
                      cell: ({ direction, model, depth }) =>
                        model.id === id
                          ? 'its own use'
                          : `${direction === 'in' ? 'pays it' : 'is paid by it'}, ${counted(depth, 'hop')}`,
                    },
                    {
                      title: 'Entitled',
                      figures: true,
                      cell: ({ amounts }) => <Amount raw={amounts.entitled} token={token} />,
                    },
                    {
                      title: 'Moved',
                      figures: true,
                      cell: ({ amounts }) => <Amount raw={amounts.accrued} token={token} />,
                    },
                    {
                      title: 'Owed',
                      figures: true,
                      cell: ({ amounts }) => <Amount raw={amounts.owed} token={token} />,
                    },
                  ]}
                />
              </details>
            </>
          )
        }}
      </Shown>
    </Card>
  )
}

type Answered = ResultOf<typeof MONEY>

function tokensOf(data: Answered) {
  const all = [...data.in.totals, ...data.out.totals]
  return all.filter((total, i) => all.findIndex(({ tokenId }) => tokenId === total.tokenId) === i)
}

function rowsOf(data: Answered, tokenId: string) {
  const of = (direction: 'in' | 'out') =>
    data[direction].nodes.flatMap(({ model, depth, amounts }) => {
      const found = amounts.find(one => one.tokenId === tokenId)
      return found ? [{ direction, model, depth, amounts: found }] : []
    })
  return [...of('in'), ...of('out')]
}
